/** Approximations of a layer's block as rows of a table. */
import { compile, input } from "@metrigrad/graph";
import {
  type Block,
  diagonalMetrics,
  ekfacMetrics,
  fisher,
  fullMetrics,
  kfacMetrics,
  type MetricTable,
  metrics,
  quasiDiagonalMetrics,
  subsystems,
} from "@metrigrad/metric";
import { applierOf, batchNorm, categorical, dense, gaussian, sequential } from "@metrigrad/nn";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks, subsystemsOf, withStore } from "../support/dense.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const n = 5;
const x = matrixOf("x", n, 2);
const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 2));
const values = { "dense0/w": matrixOf("w", 3, 3, 0.8), "dense1/w": matrixOf("c", 4, 2, 0.8) };
const likelihood = categorical();

/**
 * E[x̃x̃'] and E[δδ'] of both layers by the classes' probabilities, δ by hand; Σ_s Var|δ|² of the last.
 */
function factors() {
  const [w, c] = [values["dense0/w"], values["dense1/w"]];
  const inputs = augmented(x);
  const h = new Matrix(
    inputs
      .mmul(w)
      .to2DArray()
      .map((row) => row.map(Math.tanh)),
  );
  const o = augmented(h).mmul(c);
  const [first, second] = [Matrix.zeros(3, 3), Matrix.zeros(2, 2)];
  let variance = 0;
  for (let s = 0; s < n; s++) {
    const ups = o.getRow(s).map(Math.exp);
    const eta = ups.map((up) => up / ups.reduce((a, b) => a + b, 0));
    const norms = eta.map((_, y) =>
      eta.reduce((sum, e, i) => sum + ((i === y ? 1 : 0) - e) ** 2, 0),
    );
    const mean = eta.reduce((sum, p, y) => sum + p * (norms[y] as number), 0);
    variance += eta.reduce((sum, p, y) => sum + p * ((norms[y] as number) - mean) ** 2, 0);
    eta.forEach((p, y) => {
      const delta = Matrix.columnVector(eta.map((e, i) => (i === y ? 1 : 0) - e));
      const slopes = Matrix.diag(h.getRow(s).map((value) => 1 - value ** 2));
      const back = slopes.mmul(c.subMatrix(0, 2, 0, 1)).mmul(delta);
      second.add(delta.mmul(delta.transpose()).mul(p / n));
      first.add(back.mmul(back.transpose()).mul(p / n));
    });
  }
  const moment = (rows: Matrix) => rows.transpose().mmul(rows).div(n);
  return {
    "dense0/w": { a: moment(inputs), g: first, variance: 0 },
    "dense1/w": { a: moment(augmented(h)), g: second, variance },
  };
}

test("kfacMetrics: E[x̃x̃'] ⊗ E[δδ'] over the model's own responses, exactly", async (t) => {
  const blocks = await denseBlocks(model, { x, values, likelihood, metrics: kfacMetrics() });
  for (const [name, { a, g }] of Object.entries(factors())) {
    const expected = a.kroneckerProduct(g).to1DArray();
    t.ok(gap(blocks[name]?.to1DArray() ?? [], expected) < 1e-13, name);
  }
  const [first] = subsystemsOf(model, { x, likelihood, metrics: kfacMetrics() });
  t.equal(first?.block?.kind, "kronecker");
  t.equal(first?.responses()[0]?.law, likelihood);
});

test("kfacMetrics: a linear Gaussian layer is no approximation", async (t) => {
  const layer = dense(2, 3);
  const law = gaussian({ sigma: 0.5 });
  const { w } = await denseBlocks(layer, { x, likelihood: law, metrics: kfacMetrics() });
  await withStore(layer, {}, async (store) => {
    const whole = await fisher(layer, asTensor(x), { store, likelihood: law });
    t.ok(gap(w?.to1DArray() ?? [], (await whole.toDense()).data()) < 1e-13);
  });
});

test("kfacMetrics: drawn responses have the exact E[δδ'] as their mean, and change between runs", async (t) => {
  const samples = 1000;
  await withStore(model, values, async (store) => {
    const place = { x, values, likelihood, metrics: kfacMetrics({ samples }) };
    const block = subsystemsOf(model, place)[1]?.block as Block;
    const program = await compile({ outputs: block.trace() }, store);
    const trace = async () => (await (await program.run()).read()).item();
    const [one, two] = [await trace(), await trace()];
    const { a, g, variance } = factors()["dense1/w"];
    const exact = a.trace() * g.trace();
    const error = (a.trace() * Math.sqrt(variance / samples)) / n;
    t.ok(Math.abs(one - exact) < 4.5 * error && one !== exact, `${one}, ${exact}`);
    t.ok(0.1 * exact > 4.5 * error, "a factor 10 % off would ring");
    t.notEqual(one, two);
  });
});

/** The whole model's Fisher information over one layer's parameter. */
function layerFisher(name: string): Promise<Matrix> {
  return withStore(model, values, async (store) => {
    const whole = await fisher(model, asTensor(x), { store, likelihood });
    return asMatrix(await whole.block(name, name));
  });
}

const layers = ["dense0/w", "dense1/w"];

test("kfacMetrics: with split damping the same matrix, solved by two factors", async (t) => {
  const place = { x, values, likelihood };
  const [one, two] = [
    await denseBlocks(model, { ...place, metrics: kfacMetrics() }),
    await denseBlocks(model, { ...place, metrics: kfacMetrics({ split: true }) }),
  ];
  for (const name of layers) t.deepEqual(two[name]?.to1DArray(), one[name]?.to1DArray());
  const [first] = subsystemsOf(model, { ...place, metrics: kfacMetrics({ split: true }) });
  t.match(first?.block?.cost.why ?? "", /two Cholesky factors/);
});

test("ekfacMetrics: in the basis of K-FAC the exact diagonal, nearer to the layer's block than K-FAC", async (t) => {
  const place = { x, values, likelihood };
  const near = await denseBlocks(model, { ...place, metrics: ekfacMetrics() });
  const far = await denseBlocks(model, { ...place, metrics: kfacMetrics() });
  for (const name of layers) {
    const exact = await layerFisher(name);
    const basis = new EigenvalueDecomposition(far[name] as Matrix, { assumeSymmetric: true });
    const turned = (matrix: Matrix) => {
      const v = basis.eigenvectorMatrix;
      return v.transpose().mmul(matrix).mmul(v);
    };
    const got = turned(near[name] as Matrix);
    if (name === "dense0/w") {
      // Of distinct eigenvalues, so that the basis is K-FAC's own.
      t.ok(gap(got.to1DArray(), Matrix.diag(turned(exact).diag()).to1DArray()) < 1e-9, name);
    }
    const distance = (matrix: Matrix) => Matrix.sub(matrix, exact).norm("frobenius");
    t.ok(distance(near[name] as Matrix) < 0.999 * distance(far[name] as Matrix), "nearer");
    t.ok(Math.abs((near[name] as Matrix).trace() - exact.trace()) < 1e-12, "of the same trace");
  }
});

test("diagonalMetrics: the diagonal of each layer's block of the whole model's Fisher information", async (t) => {
  const blocks = await denseBlocks(model, { x, values, likelihood, metrics: diagonalMetrics() });
  for (const name of layers) {
    const expected = Matrix.diag((await layerFisher(name)).diag());
    t.ok(gap(blocks[name]?.to1DArray() ?? [], expected.to1DArray()) < 1e-13, name);
  }
});

test("quasiDiagonalMetrics: the diagonal, and what couples each weight of a unit with its bias", async (t) => {
  const metrics = quasiDiagonalMetrics();
  const blocks = await denseBlocks(model, { x, values, likelihood, metrics });
  for (const name of layers) {
    const [exact, got] = [await layerFisher(name), blocks[name] as Matrix];
    const m = name === "dense0/w" ? 3 : 2;
    const bias = exact.rows / m - 1;
    const kept = (k: number, l: number) =>
      k === l || (k % m === l % m && [k, l].some((at) => Math.floor(at / m) === bias));
    const pick = (matrix: Matrix) =>
      matrix.to2DArray().flatMap((row, k) => row.filter((_, l) => kept(k, l)));
    t.ok(gap(pick(got), pick(exact)) < 1e-13, name);
    const units = got.to2DArray().flatMap((row, k) => row.filter((_, l) => k % m !== l % m));
    t.ok(
      units.every((value) => value === 0),
      "units by themselves",
    );
  }
  const found = subsystemsOf(model, { x, likelihood, metrics });
  t.deepEqual(
    found.map(({ block }) => block?.kind),
    ["quasiDiagonal", "quasiDiagonal"],
  );
});

test("approximations: other modules keep the rows of the table that they are made of", (t) => {
  const normed = sequential(dense(2, 3), batchNorm(3), dense(3, 2));
  const kinds = (table: MetricTable) =>
    subsystemsOf(normed, { x, likelihood, metrics: table }).map(({ block }) => block?.kind ?? null);
  t.deepEqual(kinds(kfacMetrics()), ["kronecker", null, "kronecker"]);
  t.deepEqual(kinds(diagonalMetrics({ metrics: fullMetrics })), ["diagonal", "dense", "diagonal"]);
  t.end();
});

test("metrics.kfac and its kin are the tables of approximations", (t) => {
  t.equal(metrics.kfac, kfacMetrics);
  t.equal(metrics.ekfac, ekfacMetrics);
  t.equal(metrics.diagonal, diagonalMetrics);
  t.equal(metrics.quasiDiagonal, quasiDiagonalMetrics);
  t.throws(
    () => subsystemsOf(model, { x, likelihood, metrics: kfacMetrics({ samples: 0 }) }),
    /metrics by the model's responses: samples must be a positive integer, got 0; pass/,
  );
  t.end();
});

test("kfac: a layer on batches of different sizes is refused", (t) => {
  const layer = dense(2, 1);
  const blocksAt = (rows: number) => {
    const applier = applierOf({ mode: "train", rowWeights: null, pathOf: () => null });
    applier.apply(layer, input("x", [4, 2]));
    applier.apply(layer, input("z", [rows, 2]));
    const { applications, parameters } = applier;
    const variables = parameters.map(({ variable }) => variable);
    return subsystems(applications, metrics.kfac(), variables).map(({ block }) => block?.kind);
  };
  t.deepEqual(blocksAt(4), ["kronecker"]);
  t.throws(
    () => blocksAt(8),
    /^MetricError: .*all layers must be applied to as many samples, got 4 and 8; apply them/,
  );
  t.end();
});
