/** A step of the optimizer itself where its result is known. */
import { cpu } from "@metrigrad/cpu";
import { reference } from "@metrigrad/tensor";
import { Matrix, pseudoInverse } from "ml-matrix";
import test from "tape";
import { rngd } from "../../src/index.ts";
import {
  batchSize,
  follow,
  gap,
  inputs,
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
    for (const more of [{}, { forward: "infer" }, { refreshEvery: 2 }] as const) {
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
