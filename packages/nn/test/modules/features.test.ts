import { constant, input } from "@metrigrad/graph";
import { applyModel, fourierFeatures, gaussianProcessFeatures, radialBasis } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { run, written } from "../support/written.ts";

test("fourierFeatures: cosines, then sines, of 2πxB", async (t) => {
  const module = fourierFeatures(2, 2);
  const { output } = applyModel(module, constant(tensor([[[0.5, 1]]])));
  t.deepEqual(output.shape, [1, 1, 4]);
  const [found = []] = await written(module, { b: [1, 0.25, 0.5, 0] }, (store) =>
    run(store, [output]),
  );
  // Cycles 1 and 1/8.
  const root = Math.SQRT1_2;
  t.ok(gap(found, [1, root, 0, root]) < 1e-14);
});

test("fourierFeatures: frequencies are N(0, σ²), fixed unless they are trained", async (t) => {
  const module = fourierFeatures(4, 500, { sigma: 3 });
  const b = await written(module, {}, async (store) => Array.from((await store.read("b")).data()));
  const variance = b.reduce((sum, value) => sum + value ** 2, 0) / b.length;
  // Four standard errors of a variance of 2,000 draws, seed 5.
  t.ok(Math.abs(variance / 9 - 1) < 4 * Math.sqrt(2 / b.length), `variance ${variance}`);
  t.equal(module.params.b.role, "state");
  t.deepEqual(applyModel(module, input("x", [2, 4])).parameters, []);
  const trained = fourierFeatures(4, 3, { trainable: true });
  t.equal(trained.params.b.role, "parameter");
  t.deepEqual(
    applyModel(trained, input("x", [2, 4])).applications[0]?.uses.map(({ kind }) => kind),
    ["affine"],
  );
});

const points = [-1.3, -0.4, 0.2, 0.9, 1.6];
const targets = points.map((value) => Math.sin(2 * value));
const kernel = (a: number, b: number) => 4 * Math.exp(-((a - b) ** 2) / (2 * 0.49));

/** φ of some points, [points, features]. */
async function featuresOf(at: readonly number[], features: number): Promise<Matrix> {
  const module = gaussianProcessFeatures(1, features, { lengthScale: 0.7, amplitude: 2 });
  const { output } = applyModel(module, constant(tensor(at.map((value) => [value]))));
  const [found = []] = await written(module, {}, (store) => run(store, [output]));
  return Matrix.from1DArray(at.length, features, found);
}

test("gaussianProcessFeatures: inner products are the kernel a² exp(−r²/(2ℓ²))", async (t) => {
  const features = 20_000;
  const phi = await featuresOf(points, features);
  const products = phi.mmul(phi.transpose());
  // A term 2a²cos·cos is at most 2a²: four standard errors of their mean, seed 5.
  const error = (4 * 8) / Math.sqrt(features) / Math.SQRT2;
  const off = (of: (a: number, b: number) => number) =>
    gap(
      products.to1DArray(),
      points.flatMap((a) => points.map((b) => of(a, b))),
    );
  t.ok(off(kernel) < error, `off by ${off(kernel)}, limit ${error}`);
  t.ok(off((a, b) => 4 * Math.exp(-((a - b) ** 2) / 0.49)) > error, "the check rings on another ℓ");
});

test("gaussianProcessFeatures: ridge regression on them is the posterior mean and variance", async (t) => {
  const features = 5000;
  const noise = 0.1;
  const inside = [-0.8, 0.5];
  const all = await featuresOf([...points, ...inside], features);
  const [phi, fresh] = [all.subMatrix(0, 4, 0, features - 1), all.subMatrix(5, 6, 0, features - 1)];
  const shift = (gram: Matrix) => Matrix.add(gram, Matrix.eye(points.length).mul(noise));
  // (Φ'Φ + σ²I)⁻¹Φ'y = Φ'(ΦΦ' + σ²I)⁻¹y.
  const weights = phi
    .transpose()
    .mmul(solve(shift(phi.mmul(phi.transpose())), Matrix.columnVector(targets)));
  const byFeatures = fresh.mmul(weights).to1DArray();
  const gram = new Matrix(points.map((a) => points.map((b) => kernel(a, b))));
  const across = new Matrix(inside.map((a) => points.map((b) => kernel(a, b))));
  const exact = across.mmul(solve(shift(gram), Matrix.columnVector(targets))).to1DArray();
  t.ok(gap(byFeatures, exact) < 0.05, `${byFeatures} beside ${exact}, 5,000 features, seed 5`);
  // σ²φ'(Φ'Φ + σ²I)⁻¹φ = φ'φ − φ'Φ'(ΦΦ' + σ²I)⁻¹Φφ, what the damped metric of the last layer gives.
  const products = fresh.mmul(phi.transpose());
  const spread = products.mmul(solve(shift(phi.mmul(phi.transpose())), products.transpose()));
  const prior = fresh.mmul(fresh.transpose());
  const posterior = across.mmul(solve(shift(gram), across.transpose()));
  for (const k of [0, 1]) {
    const got = prior.get(k, k) - spread.get(k, k);
    t.ok(Math.abs(got - (4 - posterior.get(k, k))) < 0.05, `variance ${got}`);
  }
});

test("radialBasis: exp(−r²/(2s²)) of every centre", async (t) => {
  const module = radialBasis(2, 2, { width: 2 });
  const { output } = applyModel(module, constant(tensor([[[1, 1]], [[0, -2]]])));
  t.deepEqual(output.shape, [2, 1, 2]);
  const [found = [], u = []] = await written(module, { c: [1, 0, 1, 3] }, async (store) => [
    ...(await run(store, [output])),
    Array.from((await store.read("u")).data()),
  ]);
  t.ok(gap(found, [1, Math.exp(-5 / 8), Math.exp(-10 / 8), Math.exp(-25 / 8)]) < 1e-14);
  t.ok(gap(u, [Math.LN2, Math.LN2]) < 1e-15, "the logarithm of the width");
  const placed = radialBasis(1, 3, { centres: () => [-1, 0, 1] });
  const c = await written(placed, {}, async (store) => (await store.read("c")).data());
  t.deepEqual([...c], [-1, 0, 1]);
});

test("features: settings and inputs that do not fit are refused", (t) => {
  t.throws(
    () => fourierFeatures(0, 2),
    /fourierFeatures: inputs and features must be positive integers, got 0 and 2; call fourierFeatures\(inputs, features, \{ sigma \}\)/,
  );
  t.throws(() => fourierFeatures(1, 2, { sigma: 0 }), /sigma must be a positive number, got 0/);
  t.throws(
    () => gaussianProcessFeatures(1, 2, { lengthScale: -1 }),
    /gaussianProcessFeatures: lengthScale must be a positive number, got -1/,
  );
  t.throws(() => radialBasis(1, 2, { width: Number.NaN }), /radialBasis: width must be a positive/);
  for (const module of [fourierFeatures(3, 2), gaussianProcessFeatures(3, 2), radialBasis(3, 2)]) {
    t.throws(
      () => applyModel(module, input("x", [4, 2])),
      /: its input must be \[n, 3\], or \[n, …, 3\], got \[4, 2\]; check/,
    );
  }
  t.end();
});
