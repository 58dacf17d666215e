/**
 * `node scripts/scaling.mjs`: runs `metrigrad plan` to 1,024 ranks for the autoencoder and a network of 104 million parameters, keeps
 * what it prints in docs/scaling.json, and draws docs/guide/pictures/scaling-*.svg. Plans that are recorded are not made again: a run
 * that was stopped goes on. `--again` makes all anew, and `--draw` only draws.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { curves, writeWhole } from "metrigrad";
import { root } from "./setup.mjs";

/** @typedef {{ ranks: number, compute: number, metric: number | null, communicate: number, total: number, speedup: number, efficiency: number, from: string }} Row */
/** @typedef {{ rows: Row[], largest: Record<"compute" | "metric" | "communicate", number | null>, backend: string }} Plan */
/** @typedef {{ command: string, model: string, optimizer: string, scaling: string, processor: string, node: string, plan: Plan }} Kept */

const ranks = 1024;
const network = "100Gbit,2us";
const kept = join(root, "docs", "scaling.json");
const pictures = join(root, "docs", "guide", "pictures");

/** Models with their files, the rows of one rank in weak and in strong scaling, and further options. */
const models = [
  {
    ...{ model: "autoencoder", title: "The autoencoder, 2.8 million parameters", more: [] },
    optimizers: ["adam", "rngd", "kfac"],
    rows: { weak: 500, strong: 2048 },
  },
  {
    ...{ model: "mlp", title: "784-4096-…-4096-10, 104 million parameters", more: ["--rates"] },
    optimizers: ["adam", "kfac"],
    rows: { weak: 128, strong: 4096 },
  },
];

const jobs = models.flatMap(({ model, optimizers, rows, more }) =>
  Object.entries(rows).flatMap(([scaling, batch]) =>
    optimizers.map((optimizer) => {
      // K-FAC is the files' own.
      const own = optimizer === "kfac" ? [] : ["--optimizer", optimizer];
      const where = [`scripts/scaling/${model}.ts`, "--ranks", String(ranks), "--network", network];
      const args = [...where, `--${scaling}`, "--batch-size", String(batch), ...own, ...more];
      return { model, optimizer, scaling, args: ["plan", ...args, "--json"] };
    }),
  ),
);

const asked = process.argv.slice(2);
const odd = asked.find((one) => !["--again", "--draw"].includes(one));
if (odd !== undefined) {
  console.error(`scaling: options must be --again or --draw, got ${odd}; leave it out`);
  process.exit(2);
}
/** @type {Kept[]} */
const known =
  existsSync(kept) && !asked.includes("--again")
    ? JSON.parse(readFileSync(kept, "utf8")).plans
    : [];
/** @type {Kept[]} */
const plans = [];
for (const { model, optimizer, scaling, args } of jobs) {
  const command = ["npx metrigrad", ...args].join(" ");
  const before = known.find((one) => one.command === command);
  if (before !== undefined) {
    plans.push(before);
    continue;
  }
  if (asked.includes("--draw")) {
    console.error(`scaling: docs/scaling.json lacks: ${command}`);
    process.exit(1);
  }
  const begun = performance.now();
  const bin = join(root, "packages", "metrigrad", "bin", "metrigrad.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) {
    console.error(`scaling: ${command} ended with ${status}: ${stderr}`);
    process.exit(1);
  }
  console.error(`${((performance.now() - begun) / 1000).toFixed(0)} s: ${command}`);
  const processor = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`;
  const plan = JSON.parse(stdout);
  plans.push({ command, model, optimizer, scaling, processor, node: process.version, plan });
  await keep([
    ...plans,
    ...known.filter((one) => !plans.some((made) => made.command === one.command)),
  ]);
}
await keep(plans);

/** A line for each row of a plan. @param {Kept[]} all */
async function keep(all) {
  const source = "What node scripts/scaling.mjs kept of these commands; seconds and bytes.";
  const lines = all.map(({ plan, ...rest }) => {
    const { rows, ...more } = plan;
    const list = rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
    const head = JSON.stringify({ ...rest, plan: more }).slice(0, -2);
    return `  ${head},"rows":[\n${list}\n  ]}}`;
  });
  await writeWhole(
    kept,
    `{"source": ${JSON.stringify(source)},\n"plans": [\n${lines.join(",\n")}\n]}\n`,
  );
}

const places = { of: "ranks", title: "ranks", log: true };
const parts = /** @type {const} */ (["compute", "metric", "communicate"]);
const names = { compute: "computing", metric: "the metric", communicate: "communication" };
const shown = { adam: "ADAM", rngd: "RNGD", kfac: "K-FAC" };
/** @param {string} optimizer */
const nameOf = (optimizer) => shown[/** @type {keyof typeof shown} */ (optimizer)] ?? optimizer;

/** The parts that a step has: ADAM has no metric. @param {Plan} plan */
const partsIn = ({ rows }) => parts.filter((part) => rows.some((row) => (row[part] ?? 0) > 0));

/** From how many ranks on a part other than computing is the largest. @param {Kept} one */
function crossing({ optimizer, scaling, plan }) {
  const found = parts.slice(1).flatMap((part) => {
    const from = plan.largest[part];
    return from === null
      ? []
      : [`${names[part]} from ${from === 1 ? "1 rank" : `${from} ranks`} on`];
  });
  return `${nameOf(optimizer)}, ${scaling}: ${found[0] ?? `computing up to ${ranks} ranks`}`;
}

for (const { model, title } of models) {
  const own = plans.filter((one) => one.model === model);
  const records = own.flatMap(({ optimizer, scaling, plan }) =>
    partsIn(plan).map((part) => ({
      panel: `${nameOf(optimizer)}, ${scaling} scaling`,
      label: names[part],
      points: plan.rows.map((row) => ({
        ranks: row.ranks,
        time: (row[part] ?? 0) > 0 ? 1000 * /** @type {number} */ (row[part]) : null,
      })),
    })),
  );
  const isRated = own.some(({ plan }) => plan.rows.some(({ from }) => from === "rates"));
  const how = isRated ? "times by kernel rates" : "computing and the metric measured on one rank";
  const svg = curves(records, {
    title: `${title}: parts of a step, ${network}`,
    note: `Predicted, ${how}. Largest part: ${own.map(crossing).join("; ")}.`,
    quantities: [{ of: "time", title: "milliseconds", log: true }],
    by: places,
    order: parts.map((part) => names[part]),
  });
  await writeWhole(join(pictures, `scaling-${model}.svg`), svg);
}
const efficiencies = plans.map(({ model, optimizer, scaling, plan }) => ({
  panel: `${model}, ${scaling} scaling`,
  label: nameOf(optimizer),
  points: plan.rows.map(({ ranks: count, efficiency }) => ({ ranks: count, efficiency })),
}));
await writeWhole(
  join(pictures, "scaling-efficiency.svg"),
  curves(efficiencies, {
    title: `Efficiency by the number of ranks, ${network}`,
    note: "Predicted: rows per second of one rank, over those of one rank alone.",
    quantities: [{ of: "efficiency", title: "efficiency", log: true }],
    by: places,
    order: Object.values(shown),
  }),
);
