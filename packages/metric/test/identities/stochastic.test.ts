/** A two-layer network of stochastic units, all of its hidden states enumerated. */
import { fisher, rfim } from "@metrigrad/metric";
import { categorical, dense, type Module } from "@metrigrad/nn";
import { reference, type Tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
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

async function started(model: Module, w: Matrix) {
  const backend = await reference();
  const store = await backend.store(model);
  await store.write("w", asTensor(w));
  return { store, close: () => backend.close() };
}

test("T15 the joint FIM of (h, y) is block diagonal, its blocks the expected RFIMs", async (t) => {
  t.ok(Math.max(...joint.subMatrix(0, 5, 6, 14).to1DArray().map(Math.abs)) < 1e-10, "(W, C) = 0");
  const first = dense(2, 2, { activation: "sigmoid" });
  const own = await started(first, Matrix.from1DArray(3, 2, start.slice(0, 6)));
  const { blocks } = await rfim(first, asTensor(x), { store: own.store });
  const g = asMatrix((await blocks[0]?.toDense()) as Tensor);
  await own.close();
  t.ok(gap(joint.subMatrix(0, 5, 0, 5).to1DArray(), g.to1DArray()) < 1e-10, "(W, W) = g^h");
  const second = dense(2, 3);
  const out = await started(second, Matrix.from1DArray(3, 3, start.slice(6)));
  const expected = Matrix.zeros(9, 9);
  for (const h of states) {
    const settings = { store: out.store, likelihood: categorical() };
    const given = await fisher(second, asTensor(new Matrix([h])), settings);
    const share =
      x.to2DArray().reduce((sum, _, s) => sum + hiddenProbability(start, s, h), 0) / x.rows;
    expected.add(asMatrix(await given.toDense()).mul(share));
  }
  await out.close();
  t.ok(
    gap(joint.subMatrix(6, 14, 6, 14).to1DArray(), expected.to1DArray()) < 1e-10,
    "(C, C) = E_h[g^y]",
  );
});

test("T15 the joint FIM dominates the marginal one of y, which is not block diagonal", (t) => {
  const { realEigenvalues } = new EigenvalueDecomposition(Matrix.sub(joint, marginal), {
    assumeSymmetric: true,
  });
  t.ok(Math.min(...realEigenvalues) > -1e-10, `least ${Math.min(...realEigenvalues)}`);
  t.ok(Math.max(...realEigenvalues) > 0.01, "strictly in some direction");
  t.ok(Math.max(...marginal.subMatrix(0, 5, 6, 14).to1DArray().map(Math.abs)) > 1e-3);
  t.end();
});
