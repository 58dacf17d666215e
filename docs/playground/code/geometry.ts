import type { SmallSettings } from "../small/settings.ts";

const tables = {
  linear: "linearMetrics",
  paper: "paperMetrics",
  standard: "standardMetrics",
  full: "fullMetrics",
  kfac: "kfacMetrics()",
  diagonal: "diagonalMetrics()",
  whole: 'partition(model, "whole")',
} as const;

const curves = {
  moons: `(kind, u) => kind === 0
  ? [Math.cos(Math.PI * u) * 0.85 - 0.4, Math.sin(Math.PI * u) * 0.85 - 0.2]
  : [0.4 - Math.cos(Math.PI * u) * 0.85, 0.2 - Math.sin(Math.PI * u) * 0.85]`,
  spirals: `(kind, u) => {
  const [angle, radius] = [3 * Math.PI * Math.sqrt(u) + kind * Math.PI, 1.25 * Math.sqrt(u)];
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}`,
  circles: `(kind, u) => {
  const radius = kind === 0 ? 0.45 : 1.1;
  return [radius * Math.cos(2 * Math.PI * u), radius * Math.sin(2 * Math.PI * u)];
}`,
} as const;
const noise = { moons: 0.12, spirals: 0.04, circles: 0.12 } as const;

/** The program of a small net and its geometry. */
export function geometryCode(settings: SmallSettings): string {
  const { data, activation, width, table, lambda, gamma, seed } = settings;
  const metrics = tables[table];
  const names = [
    ...[
      "bernoulli",
      "constantSchedule",
      "cpu",
      "dense",
      "neg",
      "rfim",
      "rngd",
      "sequential",
      "tensor",
    ],
    ...["trainingStep", "uniformStream", activation, metrics.replace(/\(.*/, "")],
  ].sort();
  return `import {
  ${names.join(",\n  ")},
} from "metrigrad";

// Two classes of ${data} in the plane, 100 points each.
const curve = ${curves[data]};
const { uniform, normal } = uniformStream({ seed: 1, path: "${data}" });
const rows = Array.from({ length: 200 }, (_, i) =>
  curve(i < 100 ? 0 : 1, uniform(i)).map((value, axis) => value + ${noise[data]} * normal(2 * i + axis)));
const batch = { x: tensor(rows), y: tensor(rows.map((_, i) => [i < 100 ? 0 : 1])) };

const activation = ${activation};
const model = sequential(dense(2, ${width}, { activation }), dense(${width}, ${width}, { activation }), dense(${width}, 1));
const likelihood = bernoulli();
const metrics = ${metrics};
const backend = await cpu();
const store = await backend.store(model, { seed: ${seed}, float: "f64" });
const step = await trainingStep(store, {
  optimizer: rngd({
    metrics, absolute: ${lambda}, learningRate: ${gamma},
    schedule: constantSchedule(), momentum: 0, average: null,
  }),
  report: true,
  feeds: { x: [200, 2], y: [200, 1] },
  loss: ({ x, y }, { apply, observe }) => neg(observe(apply(model, x), likelihood, y)),
});
for (let i = 1; i <= 200; i++) {
  const { loss, report } = await step.run(batch);
  if (i % 40 !== 0) continue;
  const lengths = report.blocks.map(({ path, quantities }) => [path, quantities.length]);
  console.log("step", i, "cost", loss, "lengths in √nats", Object.fromEntries(lengths));
}

// The metric of each block, and its eigenvalues.
const g = await rfim(model, batch.x, { store, likelihood, metrics });
for (const block of g.blocks) {
  const eigenvalues = [...(await block.eigenvalues()).data()].sort((a, b) => b - a);
  console.log(block.path, block.form, "largest eigenvalues", eigenvalues.slice(0, 5));
}
await g.close();
await step.close();
await backend.close();
`;
}
