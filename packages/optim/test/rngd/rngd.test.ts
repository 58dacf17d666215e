/** Steps of the optimizer itself where their result is known, and where numbers get difficult. */
import { cpu } from "@metrigrad/cpu";
import { fullMetrics, metrics, standardMetrics } from "@metrigrad/metric";
import { type Backend, reference, tensor } from "@metrigrad/tensor";
import { Matrix, pseudoInverse } from "ml-matrix";
import test from "tape";
import { type Optimizer, rngd } from "../../src/index.ts";
import {
  batchSize,
  classifier,
  contextOf,
  type Feeds,
  follow,
  gap,
  inputs,
  labels,
  regression,
  regressionContext,
  targets,
} from "../problem.ts";

const backends = [
  { on: "reference", open: () => reference(), damping: 1e-13, limit: 1e-11 },
  { on: "cpu", open: () => cpu({ threads: 1 }), damping: 1e-7, limit: 2e-5 },
] as const;

for (const { on, open, damping, limit } of backends) {
  test(`T13 rngd with γ = 1 on a linear layer: one step is the least-squares solution, on ${on}`, async (t) => {
    const x = Matrix.from1DArray(batchSize, 4, [...inputs.data()]);
    const rows = x.addColumn(4, new Array<number>(batchSize).fill(1));
    const best = pseudoInverse(rows).mmul(Matrix.from1DArray(batchSize, 3, [...targets.data()]));
    const settings = { learningRate: 1, momentum: 0, absolute: damping };
    // Through the gradient, in the space of outputs, and from a metric that is kept.
    for (const more of [{}, { forward: "infer" }, { over: { every: 2 } }] as const) {
      const model = regression();
      const context = regressionContext(model);
      const optimizer = rngd({ ...settings, ...more });
      const feeds = [{ x: inputs, y: targets }];
      const [before, after] = await follow(model, optimizer, feeds, context, open);
      const what = JSON.stringify(more);
      t.ok(gap(after?.get("w"), best.to1DArray()) < limit, what);
      t.ok(gap(before?.get("w"), best.to1DArray()) > 0.1, "from elsewhere");
    }
  });
}

/** Rows of one kind, with labels of three classes. */
const rowsOf = (value: (s: number, a: number) => number) => ({
  x: tensor(Array.from({ length: batchSize }, (_, s) => [0, 1, 2, 3].map((a) => value(s, a)))),
  y: labels,
});
const hard: Readonly<Record<string, Feeds>> = {
  "rows that are equal": rowsOf((_, a) => a - 1),
  "rows of zeros": rowsOf(() => 0),
  "rows of one column": rowsOf((s, a) => (a === 2 ? s : 0)),
  "rows that saturate": rowsOf((s, a) => 20 * Math.cos(3 * s + a)),
};

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  "rngd()": () => rngd(),
  "all rows": () => rngd({ metrics: fullMetrics }),
  "rows by neuron, kept": () => rngd({ metrics: standardMetrics, over: { every: 2 } }),
  "K-FAC": () => rngd({ metrics: metrics.kfac() }),
  "EKFAC, kept": () => rngd({ metrics: metrics.ekfac(), over: { every: 2 } }),
  "quasi-diagonal, averaged": () =>
    rngd({ metrics: metrics.quasiDiagonal(), over: { average: 0.9, every: 2 } }),
  "rngd.paper()": () => rngd.paper({ learningRate: 0.1, over: { average: 0.9, every: 2 } }),
};

for (const [batch, feeds] of Object.entries(hard)) {
  test(`float32, ${batch}: three steps of every kind of rngd are those of float64`, async (t) => {
    for (const [name, make] of Object.entries(optimizers)) {
      const model = classifier();
      const after = (open: () => Promise<Backend>) =>
        follow(model, make(), [feeds, feeds, feeds], contextOf(model), open);
      const [got, right] = [await after(() => cpu({ threads: 1 })), await after(reference)];
      for (const parameter of ["dense0/w", "dense1/w"]) {
        const end = right.at(-1)?.get(parameter);
        const moved = gap(end, right[0]?.get(parameter));
        const error = gap(got.at(-1)?.get(parameter), end) / moved;
        t.ok(error < 1e-3, `${name}, ${parameter}: off by ${error.toExponential(1)}`);
      }
    }
  });
}
