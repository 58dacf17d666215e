import { cpu, engd } from "metrigrad";
import { solveFrom } from "/work/wt/nist/examples/leastsquares/leastsquares.ts";
import { problems } from "/work/wt/nist/examples/leastsquares/problems.ts";
const backend = await cpu({ float: "f64" });
const only = process.argv[2]?.split(",");
const most = Number(process.argv[3] ?? 1000);
const how: Record<string, () => any> = {};
const base = { solver: "qr", absolute: 0, dampedBy: process.env.BY ?? "largest" } as const;
for (const rel of [1, 1e-1, 1e-2, 1e-3])
  for (const [o, lo, hi] of [["", 0.3, 4], ["b", 0.1, 10], ["c", 0.5, 2]] as const) {
    how[`L${rel}${o}`] = () => engd({ ...base, relative: rel, adapt: { by: "length", least: 1e-16, lower: lo, higher: hi } });
    how[`E${rel}${o}`] = () => engd({ ...base, relative: rel, adapt: { by: "length", least: 1e-16, lower: lo, higher: hi, enough: 0.3 } });
    how[`R${rel}${o}`] = () => engd({ ...base, relative: rel, lineSearch: null, adapt: { every: 1, omega: lo, least: 1e-16, most: 1e14 } });
  }
for (const p of problems()) {
  if (only && only[0] && !only.includes(p.name)) continue;
  for (const [name, make] of Object.entries(how)) {
    if (process.argv[4] && !process.argv[4].split(",").includes(name)) continue;
    const out = [];
    const t = performance.now();
    for (const s of p.starts) {
      try { const r = await solveFrom(backend, p, s, make(), most); out.push(`${r.digits.toFixed(1)} in ${r.steps}`); } catch (e) { out.push(String(e).slice(0, 300)); }
    }
    console.log(p.name, name, out.join(" | "), `${((performance.now() - t) / 1000).toFixed(1)} s`);
  }
}
await backend.close();
