/** What rescaling the units of a hidden layer does to a step. */
import { compile, constant, grad, mean, square, sub, type Variable } from "@metrigrad/graph";
import {
  type Block,
  type MetricTable,
  metrics,
  neuronRows,
  reluRow,
  type Subsystem,
  stackedMetrics,
} from "@metrigrad/metric";
import { applyModel, dense, gaussian, sequential } from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { subsystemsOf, withStore } from "../support/dense.ts";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const rows = matrixOf("rows", 14, 2);
const targets = matrixOf("targets", 14, 3);

/** −g⁻¹∂L/∂W for the first of two layers with relu units, W and C given. */
async function reluStep(
  metrics: MetricTable,
  first: Matrix,
  second: Matrix,
  on: Tested,
): Promise<Matrix> {
  const model = sequential(dense(2, 2, { activation: "relu" }), dense(2, 3));
  const place = { x: rows, metrics, likelihood: gaussian() };
  return withStore(
    model,
    { "dense0/w": first, "dense1/w": second },
    async (store) => {
      const { output } = applyModel(model, constant(asTensor(rows)));
      const [{ block, params }] = subsystemsOf(model, place) as [Subsystem];
      const loss = mean(square(sub(output, constant(asTensor(targets)))));
      const outputs = (block as Block).solve(grad(loss, params[0] as Variable), {
        solver: "dense",
      });
      const program = await compile({ outputs }, store);
      return asMatrix(await (await program.run()).read()).mul(-1);
    },
    on,
  );
}

for (const on of backends) {
  test(`T19 rescaling relu units by c, hard relu: the step of g^h changes by 1/c², that of g^y by 1, on ${on.name}`, async (t) => {
    const first = matrixOf("first", 3, 2);
    const second = matrixOf("second", 3, 3);
    const scales = [3, 0.5];
    const scaled = Matrix.mul(first, 1);
    const inverse = Matrix.mul(second, 1);
    scales.forEach((scale, unit) => {
      for (let a = 0; a < 3; a++) scaled.set(a, unit, scale * first.get(a, unit));
      for (let b = 0; b < 3; b++) inverse.set(unit, b, second.get(unit, b) / scale);
    });
    const softness = (omega: number) => metrics(neuronRows([reluRow({ omega })]));
    const cases = [
      { name: "g^h", table: softness(1e-5), ratio: (scale: number) => 1 / scale ** 2 },
      { name: "g^y", table: stackedMetrics(), ratio: () => 1 },
      { name: "near", table: softness(1), ratio: (scale: number) => 1 / scale ** 2 },
    ];
    for (const { name, table, ratio } of cases) {
      const here = await reluStep(table, first, second, on);
      const there = await reluStep(table, scaled, inverse, on);
      const [got, expected] = [
        [0, 1],
        [0, 1],
      ].map((units, at) =>
        units.flatMap((unit) => {
          const scale = scales[unit] as number;
          // A step of the scaled weights, in the first ones' units.
          if (at === 0) return there.getColumn(unit).map((value) => value / scale);
          return here.getColumn(unit).map((value) => value * ratio(scale));
        }),
      ) as [number[], number[]];
      const off = gap(got, expected);
      if (name === "near") t.ok(off > 1e-2, "with ω = 1 the ratio is only near that");
      else t.ok(off < on.limit(1e-9, 5e-6), name);
      t.ok(Math.max(...expected.map(Math.abs)) > 0.05, "the step is no trifle");
    }
  });
}
