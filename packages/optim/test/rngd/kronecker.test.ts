/** Kronecker blocks, damped as a whole or split between the factors, in steps and kept ones. */
import { augment, constant, gram } from "@metrigrad/graph";
import { defMetric, kronecker, metrics } from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { inverse, Matrix, solve } from "ml-matrix";
import test from "tape";
import { chain, precondition, scale } from "../../src/index.ts";
import {
  batchSize,
  follow,
  gap,
  inputs,
  regression,
  regressionContext,
  targets,
} from "../problem.ts";

const side = new Matrix([
  [2, 0.5, 0],
  [0.5, 1, -0.3],
  [0, -0.3, 3],
]);
const table = (split: boolean) =>
  metrics(
    defMetric(dense, {
      block: ({ params, reference }) => {
        const a = gram(augment(reference), { alpha: 1 / batchSize });
        return [
          {
            params: [params.w],
            block: kronecker(a, constant(tensor(side.to2DArray())), { split }),
          },
        ];
      },
    }),
  );

const rows = new Matrix(
  Array.from({ length: batchSize }, (_, s) => [...inputs.data().slice(4 * s, 4 * s + 4), 1]),
);
const left = rows.transpose().mmul(rows).div(batchSize);
const lambda = 0.02 * left.trace() * side.trace() + 0.1;

/** (A + π√λ I)⁻¹V(G + √λ/π I)⁻¹ with π² = (tr A/d)/(tr G/m) (Martens and Grosse 2015, section 6.3). */
function bySplit(v: Matrix): Matrix {
  const pi = Math.sqrt(left.trace() / 5 / (side.trace() / 3));
  const a = Matrix.add(left, Matrix.eye(5).mul(pi * Math.sqrt(lambda)));
  const g = Matrix.add(side, Matrix.eye(3).mul(Math.sqrt(lambda) / pi));
  return inverse(a).mmul(v).mmul(inverse(g));
}

/** (A ⊗ G + λI)⁻¹v over V flattened row-major. */
function whole(v: Matrix): Matrix {
  const damped = left.kroneckerProduct(side).add(Matrix.eye(15).mul(lambda));
  return Matrix.from1DArray(5, 3, solve(damped, Matrix.columnVector(v.to1DArray())).to1DArray());
}

for (const [name, split, expected] of [
  ["split", true, bySplit],
  ["whole", false, whole],
] as const) {
  for (const refreshEvery of [1, 3]) {
    test(`kronecker, ${name} damping, refreshEvery ${refreshEvery}: steps by the formula`, async (t) => {
      const model = regression();
      const settings = {
        metrics: table(split),
        relative: 0.02,
        absolute: 0.1,
        over: { every: refreshEvery },
      };
      const optimizer = chain(precondition(settings), scale(0.5));
      const batch = { x: inputs, y: targets };
      const run = await follow(model, optimizer, [batch, batch], regressionContext(model));
      const at = (step: number) => Matrix.from1DArray(5, 3, Array.from(run[step]?.get("w") ?? []));
      for (const step of [0, 1]) {
        const errors = Matrix.sub(
          rows.mmul(at(step)),
          Matrix.from1DArray(12, 3, [...targets.data()]),
        );
        const gradient = rows.transpose().mmul(errors).div(batchSize);
        const wanted = Matrix.sub(at(step), expected(gradient).mul(0.5));
        t.ok(gap(run[step + 1]?.get("w"), wanted.to1DArray()) < 1e-10, `step ${step}`);
      }
    });
  }
}
