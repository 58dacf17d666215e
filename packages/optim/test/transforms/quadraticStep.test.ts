/** Exact steps of a quadratic model: on quadratic losses minima, elsewhere 2×2 systems by hand. */
import { constant, input, mean, mul, type Node, neg } from "@metrigrad/graph";
import { fisher, linearMetrics } from "@metrigrad/metric";
import { categorical, gaussian, type Module } from "@metrigrad/nn";
import { reference, tensor } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import {
  chain,
  gaussNewtonCurvature,
  metricCurvature,
  momentum,
  precondition,
  quadraticStep,
  rngd,
  scale,
} from "../../src/index.ts";
import {
  batchSize,
  classifier,
  follow,
  gap,
  inputs,
  labels,
  regression,
  regressionContext,
  start,
  targets,
} from "../problem.ts";

const batch = { x: inputs, y: targets };
const rows = new Matrix(
  Array.from({ length: batchSize }, (_, s) => [...inputs.data().slice(4 * s, 4 * s + 4), 1]),
);
const wanted = Matrix.from1DArray(batchSize, 3, [...targets.data()]);
const matrix = (values: ArrayLike<number> | undefined) =>
  Matrix.from1DArray(5, 3, Array.from(values ?? []));

/** ∇ of ½|X̃W − Y|²/n, with L2 β. */
function slope(w: Matrix, beta = 0): Matrix {
  const decay = Matrix.mul(w, beta);
  decay.setRow(4, [0, 0, 0]);
  const errors = Matrix.sub(rows.mmul(w), wanted);
  return rows.transpose().mmul(errors).div(batchSize).add(decay);
}

const dot = (a: Matrix, b: Matrix) => Matrix.mul(a, b).sum();

async function regress(transform: ReturnType<typeof quadraticStep>, steps: number, beta = 0) {
  const model = regression();
  const optimizer = chain(precondition({ absolute: 0.3 }), transform);
  const context = regressionContext(model, beta);
  const run = await follow(model, optimizer, new Array(steps).fill(batch), context);
  return run.map((values) => matrix([...values].find(([name]) => name.endsWith("w"))?.[1]));
}

for (const curvature of [gaussNewtonCurvature, metricCurvature]) {
  for (const beta of [0, 0.2]) {
    test(`quadratic step, ${curvature.name}, β = ${beta}: on a quadratic loss the minimum along the direction`, async (t) => {
      const exact = quadraticStep({ curvature, momentum: false, damped: false });
      const [before, after] = await regress(exact, 1, beta);
      const moved = Matrix.sub(after as Matrix, before as Matrix);
      t.ok(Math.abs(dot(slope(after as Matrix, beta), moved)) < 1e-12 * dot(moved, moved));
      t.ok(dot(slope(before as Matrix, beta), moved) < -0.1, "downhill");
    });

    test(`quadratic step, ${curvature.name}, β = ${beta}: with momentum over the plane of direction and last step`, async (t) => {
      const exact = quadraticStep({ curvature, damped: false });
      const path = (await regress(exact, 3, beta)) as [Matrix, Matrix, Matrix, Matrix];
      const end = slope(path[3], beta);
      const last = Matrix.sub(path[2], path[1]);
      const metric = rows.transpose().mmul(rows).div(batchSize).add(Matrix.eye(5).mul(0.3));
      const direction = solve(metric, slope(path[2], beta));
      t.ok(Math.abs(dot(end, last)) < 1e-11, "along the last step");
      t.ok(Math.abs(dot(end, direction)) < 1e-11, "along the new direction");
    });
  }
}

for (const curvature of [gaussNewtonCurvature, metricCurvature]) {
  test(`quadratic step, ${curvature.name}: weights of samples count in the model as in the loss`, async (t) => {
    const model = regression();
    const counts = Array.from({ length: batchSize }, (_, s) => 1 + (s % 4));
    const whole = counts.reduce((a, b) => a + b, 0);
    const weights = constant(tensor(counts.map((one) => (one * batchSize) / whole)));
    const plain = regressionContext(model);
    const [seen] = plain.observed;
    const logs = gaussian().logProb(input("y", targets.shape), seen?.output as Node);
    const context = {
      ...plain,
      loss: neg(mean(mul(weights, logs))),
      applications: plain.applications.map((one) => ({ ...one, rowWeights: weights })),
    };
    const exact = quadraticStep({ curvature, momentum: false, damped: false });
    const optimizer = chain(precondition({ absolute: 0.3 }), exact);
    const run = await follow(model, optimizer, [batch], context);
    const [before, after] = run.map((values) => matrix(values.get("w"))) as [Matrix, Matrix];
    const moved = Matrix.sub(after, before);
    const errors = Matrix.sub(rows.mmul(after), wanted);
    const end = rows.transpose().mmul(Matrix.diag(counts).mmul(errors)).div(whole);
    t.ok(Math.abs(dot(end, moved)) < 1e-12 * dot(moved, moved), "the minimum along the direction");
  });
}

test("quadratic step: λ enters the model where it is damped", async (t) => {
  const [before, after] = (await regress(quadraticStep({ momentum: false }), 1)) as [
    Matrix,
    Matrix,
  ];
  const g = rows.transpose().mmul(rows).div(batchSize);
  const damped = Matrix.add(g, Matrix.eye(5).mul(0.3));
  const direction = solve(damped, slope(before));
  // The direction solves the damped system, so its best length is 1.
  t.ok(gap(after.to1DArray(), Matrix.sub(before, direction).to1DArray()) < 1e-12);
});

test("quadratic step: the Gauss–Newton model of a classifier is its Fisher information", async (t) => {
  const model = classifier();
  const absolute = 0.3;
  const metrics = linearMetrics;
  const feeds = { x: inputs, y: labels };
  const exact = chain(precondition({ metrics, absolute }), quadraticStep({ momentum: false }));
  const unit = chain(precondition({ metrics, absolute }), scale(1));
  const [, after] = await follow(model, exact, [feeds]);
  const [, full] = await follow(model, unit, [feeds]);
  const gradients = await start(model);
  const direction = gradients.map(({ name, value }) => ({
    name,
    value,
    p: value.map((v, i) => v - (full?.get(name)?.[i] as number)),
  }));
  // α = ∇'p/(p'Fp + λ|p|² + β|p without the bias row|²) by the whole model's Fisher information.
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const g = await fisher(model as Module, inputs, { store, likelihood: categorical() });
  const delta = Object.fromEntries(
    direction.map(({ name, p }) => [
      name,
      tensor(p, { shape: name === "dense0/w" ? [5, 5] : [6, 3] }),
    ]),
  );
  let bend = await g.quadratic(delta);
  let along = 0;
  for (const { name, p } of direction) {
    const columns = name === "dense0/w" ? 5 : 3;
    const gradient = gradients.find((one) => one.name === name)?.gradient as Float64Array;
    p.forEach((value, i) => {
      along += value * (gradient[i] as number);
      bend += value ** 2 * (absolute + (i < p.length - columns ? 0.01 : 0));
    });
  }
  await backend.close();
  const alpha = along / bend;
  for (const { name, value, p } of direction) {
    const expected = value.map((v, i) => v - alpha * (p[i] as number));
    t.ok(gap(after?.get(name), expected) < 1e-11, name);
  }
});

test("quadratic step: rngd takes it in place of γ and μ", async (t) => {
  const batches = [
    { x: inputs, y: labels },
    { x: inputs, y: labels },
  ];
  const ready = rngd({ quadratic: { curvature: metricCurvature } });
  const made = chain(precondition(), quadraticStep({ curvature: metricCurvature }));
  const [, , a] = await follow(classifier(), ready, batches);
  const [, , b] = await follow(classifier(), made, batches);
  const [, , plain] = await follow(
    classifier(),
    chain(precondition(), momentum(0.9), scale(0.1)),
    batches,
  );
  t.equal(gap(a?.get("dense0/w"), b?.get("dense0/w")), 0);
  t.ok(gap(a?.get("dense0/w"), plain?.get("dense0/w")) > 1e-3);
});
