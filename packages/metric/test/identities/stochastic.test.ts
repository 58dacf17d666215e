/** A two-layer network of stochastic units, all of its hidden states enumerated. */
import { fisher, rfim, standardMetrics } from "@metrigrad/metric";
import { categorical, dense, type Module } from "@metrigrad/nn";
import type { Tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const x = matrixOf("x", 4, 2);
const states = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const classes = [0, 1, 2];
/** W [3, 2] then C [3, 3], row-major. */
const start = [...matrixOf("w", 3, 2).to1DArray(), ...matrixOf("c", 3, 3).to1DArray()];

/** P(h | x_s), sigm units, at parameters θ. */
function hiddenProbability(theta: readonly number[], s: number, h: readonly number[]): number {
  const row = augmented(x).getRow(s);
  return h.reduce((product, value, i) => {
    const t = row.reduce((sum, one, a) => sum + one * (theta[2 * a + i] as number), 0);
    const on = 1 / (1 + Math.exp(-t));
    return product * (value === 1 ? on : 1 - on);
  }, 1);
}

/** P(y | h), soft-max. */
function outputProbability(theta: readonly number[], h: readonly number[], y: number): number {
  const up = classes.map((j) =>
    Math.exp([...h, 1].reduce((sum, one, a) => sum + one * (theta[6 + 3 * a + j] as number), 0)),
  );
  return (up[y] as number) / up.reduce((sum, value) => sum + value, 0);
}

/** Σ p ∂ ln p ∂ ln p' of one outcome, scores by central differences. */
function term(p: (theta: readonly number[]) => number): Matrix {
  const step = 1e-3;
  const score = start.map((_, k) => {
    const at = (steps: number) =>
      Math.log(p(start.map((value, j) => value + (j === k ? steps * step : 0))));
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
  });
  const column = Matrix.columnVector(score);
  return column.mmul(column.transpose()).mul(p(start));
}

/** (1/n) Σ_s of the terms of all outcomes of each row. */
function meanOver(terms: (s: number) => readonly Matrix[]): Matrix {
  const total = Matrix.zeros(15, 15);
  for (let s = 0; s < x.rows; s++) for (const one of terms(s)) total.add(one.div(x.rows));
  return total;
}

const joint = meanOver((s) =>
  states.flatMap((h) =>
    classes.map((y) =>
      term((theta) => hiddenProbability(theta, s, h) * outputProbability(theta, h, y)),
    ),
  ),
);
const marginal = meanOver((s) =>
  classes.map((y) =>
    term((theta) =>
      states.reduce(
        (sum, h) => sum + hiddenProbability(theta, s, h) * outputProbability(theta, h, y),
        0,
      ),
    ),
  ),
);

async function started(model: Module, w: Matrix, on: Tested) {
  const store = await on.store(model);
  await store.write("w", asTensor(w));
  return store;
}

/** The expected RFIMs of both layers by the package: g^h [6, 6] and E_h[g^y] [9, 9]. */
async function expectedBlocks(on: Tested): Promise<{ hidden: Matrix; output: Matrix }> {
  const first = dense(2, 2, { activation: "sigmoid" });
  const own = await started(first, Matrix.from1DArray(3, 2, start.slice(0, 6)), on);
  const { blocks } = await rfim(first, asTensor(x), { store: own, metrics: standardMetrics });
  const hidden = asMatrix((await blocks[0]?.toDense()) as Tensor);
  await own.close();
  const second = dense(2, 3);
  const store = await started(second, Matrix.from1DArray(3, 3, start.slice(6)), on);
  const output = Matrix.zeros(9, 9);
  for (const h of states) {
    const given = await fisher(second, asTensor(new Matrix([h])), {
      store,
      likelihood: categorical(),
    });
    const share =
      x.to2DArray().reduce((sum, _, s) => sum + hiddenProbability(start, s, h), 0) / x.rows;
    output.add(asMatrix(await given.toDense()).mul(share));
  }
  await store.close();
  return { hidden, output };
}

test("T15 the joint FIM of (h, y) is block diagonal, the marginal one of y is not", (t) => {
  const corner = (g: Matrix) => Math.max(...g.subMatrix(0, 5, 6, 14).to1DArray().map(Math.abs));
  t.ok(corner(joint) < 1e-10, "(W, C) = 0");
  t.ok(corner(marginal) > 1e-3);
  t.end();
});

for (const on of backends) {
  test(`T15 the blocks of the joint FIM are the expected RFIMs, on ${on.name}`, async (t) => {
    const { hidden, output } = await expectedBlocks(on);
    const limit = on.limit(1e-10, 1e-6);
    const [first, second] = [joint.subMatrix(0, 5, 0, 5), joint.subMatrix(6, 14, 6, 14)];
    t.ok(gap(hidden.to1DArray(), first.to1DArray()) < limit, "(W, W) = g^h");
    t.ok(gap(output.to1DArray(), second.to1DArray()) < limit, "(C, C) = E_h[g^y]");
  });

  test(`T15 the expected RFIMs dominate the marginal FIM of y, on ${on.name}`, async (t) => {
    const { hidden, output } = await expectedBlocks(on);
    const blocks = Matrix.zeros(15, 15);
    blocks.setSubMatrix(hidden, 0, 0).setSubMatrix(output, 6, 6);
    const { realEigenvalues } = new EigenvalueDecomposition(Matrix.sub(blocks, marginal), {
      assumeSymmetric: true,
    });
    const least = Math.min(...realEigenvalues);
    t.ok(least > -on.limit(1e-10, 1e-6), `least ${least}`);
    t.ok(Math.max(...realEigenvalues) > 0.01, "strictly in some direction");
  });
}
