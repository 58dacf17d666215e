/** The cpu backend against the reference, on one thread and on two, plain and relaxed, in both float types. */
import { checkBackend, cpu, opRows } from "metrigrad";
import test from "tape";
import { openCpu } from "../packages/cpu/src/open.ts";

/**
 * `npm test` has all cases in float32 on one thread and the first case of each op in float64 on two; with METRIGRAD_SWEEP=full, as in
 * `npm run check`, all are combined.
 */
const whole = process.env.METRIGRAD_SWEEP === "full";

/** The first case of each op. */
const some = opRows
  .filter(({ op }, at) => opRows.findIndex((row) => row.op === op) === at)
  .map((row) => ({ ...row, cases: row.cases.slice(0, 1) }));

for (const relaxed of [false, undefined]) {
  for (const threads of [1, 2]) {
    const name = `${relaxed === false ? "plain" : "the engine's SIMD"}, ${threads} thread(s)`;
    const options = relaxed === undefined ? { threads } : { threads, relaxed };
    const plain = relaxed === false;

    if (whole || (plain && threads === 1)) {
      test(`checkBackend: cpu, ${name}`, async (t) => {
        const backend = await cpu(options);
        const described = threads === 1 ? /, 1 thread, / : /, 2 threads, /;
        t.match(backend.describe(), described);
        const { results } = await checkBackend(backend, { floats: ["f32"] });
        t.ok(results.length > 500, `${results.length} comparisons`);
        await backend.close();
      });
    }

    if (whole || (!plain && threads === 2)) {
      test(`checkBackend: cpu, ${name}, however short a step is`, async (t) => {
        const backend = await openCpu({ ...options, grain: 0 });
        const rows = whole ? opRows : some;
        const floats = whole ? (["f32", "f64"] as const) : (["f64"] as const);
        const { results } = await checkBackend(backend, { floats, rows });
        t.ok(results.length > (whole ? 1000 : 300), `${results.length} comparisons`);
        await backend.close();
      });
    }
  }
}
