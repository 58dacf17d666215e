/** What an RNGD step does not depend on. */
import { constant, matmul, mean, mul, neg, softplus, sub } from "@metrigrad/graph";
import { sharedGram, sigmoidRow, tanhRow, type UnitRow, unitGram } from "@metrigrad/metric";
import { inverse, Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { evaluate, gap } from "../support/evaluate.ts";
import { direction, type Problem } from "../support/step.ts";

const rows = matrixOf("rows", 12, 3);
const w = matrixOf("w", 3, 2);
/** Whether the higher of two outcomes came up, [12, 2]. */
const on = asTensor(
  new Matrix(
    matrixOf("on", 12, 2)
      .to2DArray()
      .map((r) => r.map((v) => (v > 0 ? 1 : 0))),
  ),
);

/** Units with log odds a·t on rows x: −ln p of the labels, and the row's metric. */
function logistic(row: UnitRow, gain: number, x: Matrix, weights: Matrix): Problem {
  const reference = constant(asTensor(x));
  return {
    w: weights,
    loss: (p) => {
      const odds = mul(matmul(reference, p), gain);
      return neg(mean(sub(mul(constant(on), odds), softplus(odds))));
    },
    block: (p) => unitGram(reference, row.nu(matmul(reference, p)), { bias: false }),
  };
}

/** The change of the outputs X̃W by a step. */
const moved = (x: Matrix, step: Matrix) => x.mmul(step).to1DArray();

for (const on of backends) {
  test(`T10 g_tanh(w) = 4 g_sigm(2w), and a step in either coding gives the same function, on ${on.name}`, async (t) => {
    const asTanh = logistic(tanhRow(), 2, rows, w);
    const asSigmoid = logistic(sigmoidRow(), 1, rows, Matrix.mul(w, 2));
    const matrices = await Promise.all(
      [asTanh, asSigmoid].map(async (problem) => {
        const [value] = await evaluate(
          [problem.block(constant(asTensor(problem.w))).toMatrices()],
          on,
        );
        return value?.data() ?? [];
      }),
    );
    t.ok(
      gap(
        matrices[0] as ArrayLike<number>,
        Array.from(matrices[1] ?? [], (value) => 4 * value),
      ) < on.limit(1e-14, 1e-6),
    );
    const [one, two] = [await direction(asTanh, {}, on), await direction(asSigmoid, {}, on)];
    t.ok(
      gap(moved(rows, Matrix.mul(one, 2)), moved(rows, two)) < on.limit(1e-12, 1e-5),
      "log odds 2t and t",
    );
    t.ok(Math.max(...moved(rows, one).map(Math.abs)) > 0.1, "the step is no trifle");
  });
}

const mixing = new Matrix([
  [2, 0.5, -1],
  [0, 1, 0.3],
  [0.7, 0, 0.4],
]);

/** The outputs' change in the coordinates x̃ → Bx̃, w → B⁻ᵀw, and in the first ones. */
async function changes(
  b: Matrix,
  make: (x: Matrix, weights: Matrix) => Problem,
  on: Tested,
  damping = {},
): Promise<[number[], number[]]> {
  const turned = rows.mmul(b.transpose());
  const weights = inverse(b.transpose()).mmul(w);
  const first = await direction(make(rows, w), damping, on);
  const second = await direction(make(turned, weights), damping, on);
  return [moved(turned, second), moved(rows, first)];
}

const least = (x: Matrix, weights: Matrix): Problem => ({
  ...logistic(tanhRow(), 2, x, weights),
  block: () => sharedGram(constant(asTensor(x)), 2, { bias: false }),
});
const unitwise = (x: Matrix, weights: Matrix) => logistic(tanhRow(), 2, x, weights);

for (const on of backends) {
  for (const [name, make] of [
    ["unit rows", unitwise],
    ["shared rows", least],
  ] as const) {
    test(`T11 ${name}: an undamped step is invariant under x̃ → Bx̃, w → B⁻ᵀw, on ${on.name}`, async (t) => {
      const [there, here] = await changes(mixing, make, on);
      t.ok(gap(there, here) < on.limit(1e-11, 1e-5));
    });

    test(`T12 ${name}: with relative damping, invariant under scaling, not under every B, on ${on.name}`, async (t) => {
      const relative = { relative: 0.05 };
      const [there, here] = await changes(Matrix.eye(3).mul(7), make, on, relative);
      t.ok(gap(there, here) < on.limit(1e-11, 1e-5), "uniform scaling");
      const [elsewhere] = await changes(mixing, make, on, relative);
      t.ok(gap(elsewhere, here) > 1e-2, "a general B");
      const [scaled, plain] = await changes(Matrix.eye(3).mul(7), make, on, { absolute: 0.05 });
      t.ok(gap(scaled, plain) > 1e-2, "absolute damping depends on the scale");
    });
  }
}
