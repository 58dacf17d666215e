import { linearMetrics, metrics, plain, standardMetrics } from "@metrigrad/metric";
import { batchNorm } from "@metrigrad/nn";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { rngd } from "../../src/index.ts";
import { batchSize, classifier, contextOf, gap, inputs, start, train } from "../problem.ts";

const settings = { learningRate: 1, momentum: 0, absolute: 0.3 };

/** x̃ rows of the first layer. */
function augmented(): Matrix {
  const x = inputs.data();
  return new Matrix(Array.from({ length: batchSize }, (_, s) => [...x.slice(4 * s, 4 * s + 4), 1]));
}

test("batch metric: one step of shared rows is θ − (X̃'X̃/n + λI)⁻¹∂L/∂θ, L2 included", async (t) => {
  const model = classifier();
  const before = await start(model);
  const { parameters } = await train(model, rngd({ ...settings, metrics: linearMetrics }), 1);
  const rows = augmented();
  const metric = rows.transpose().mmul(rows).div(batchSize).add(Matrix.eye(5).mul(0.3));
  const first = before.find(({ name }) => name === "dense0/w");
  const gradient = Matrix.from1DArray(5, 5, [...(first?.gradient ?? [])]);
  const step = solve(metric, gradient).to1DArray();
  const expected = first?.value.map((v, i) => v - (step[i] as number));
  t.ok(gap(parameters.get("dense0/w"), expected) < 1e-12);
});

test("batch metric: unit rows solve each unit with its own weights sech² t", async (t) => {
  const model = classifier();
  const before = await start(model);
  const { parameters } = await train(model, rngd({ ...settings, metrics: standardMetrics }), 1);
  const first = before.find(({ name }) => name === "dense0/w");
  const rows = augmented();
  const w = Matrix.from1DArray(5, 5, [...(first?.value ?? [])]);
  const outputs = rows.mmul(w);
  const expected = Float64Array.from(first?.value ?? []);
  for (let unit = 0; unit < 5; unit++) {
    const weights = outputs.getColumn(unit).map((value) => 1 / Math.cosh(value) ** 2 / batchSize);
    const metric = rows
      .transpose()
      .mmul(Matrix.diag(weights))
      .mmul(rows)
      .add(Matrix.eye(5).mul(0.3));
    const gradient = Matrix.columnVector(
      Array.from({ length: 5 }, (_, d) => first?.gradient[5 * d + unit] ?? 0),
    );
    const step = solve(metric, gradient).to1DArray();
    for (let d = 0; d < 5; d++)
      expected[5 * d + unit] = (expected[5 * d + unit] ?? 0) - (step[d] as number);
  }
  t.ok(gap(parameters.get("dense0/w"), expected) < 1e-12);
});

test("batch metric: solving in output space equals solving with the gradient", async (t) => {
  for (const table of [linearMetrics, standardMetrics]) {
    const fast = await train(classifier(), rngd({ ...settings, metrics: table }), 3);
    const slow = await train(
      classifier(),
      rngd({ ...settings, metrics: table, forward: "infer" }),
      3,
    );
    for (const [name, value] of fast.parameters)
      t.ok(gap(value, slow.parameters.get(name)) < 1e-11, name);
  }
});

test("batch metric: a module without a row is named, with what to do", (t) => {
  const optimizer = rngd({ metrics: metrics(plain(batchNorm)) });
  t.throws(
    () => optimizer.update(contextOf(classifier())),
    /metric of dense0: the table must have a row for dense or for how dense0\/w acts as affine \(it has: batchNorm\), got none; add one/,
  );
  t.end();
});
