/** Laws in their natural coordinates: the Hessian of −ln p does not depend on y. */
import { softmax, softplus } from "@metrigrad/graph";
import { defMetric, fisher, metrics, observedFisher, rfim, softmaxGram } from "@metrigrad/metric";
import { bernoulli, categorical, dense, gaussian, type Law, type Module } from "@metrigrad/nn";
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { meanKronecker, rankOf, softmaxInformation } from "../support/softmax.ts";

const x = matrixOf("x", 5, 2);
const w = matrixOf("w", 3, 2);

async function started(model: Module, weights: Matrix) {
  const backend = await reference();
  const store = await backend.store(model);
  await store.write("w", asTensor(weights));
  return { store, close: () => backend.close() };
}

/** −∂² ln p of a layer with weights w, for labels. */
async function curvature(model: Module, likelihood: Law, labels: Tensor): Promise<number[]> {
  const { store, close } = await started(model, w);
  const g = await observedFisher(model, { inputs: asTensor(x), labels }, { store, likelihood });
  const found = [...(await g.toDense()).data()];
  await close();
  return found;
}

/** The same y for every row. */
const everywhere = (y: readonly number[]) => tensor(x.to2DArray().map(() => [...y]));

for (const [activation, low, high] of [
  ["tanh", -1, 1],
  ["sigmoid", 0, 1],
] as const) {
  test(`T7 ${activation}: −∂² ln p = RFIM for every y`, async (t) => {
    const layer = dense(2, 2, { activation });
    const { store, close } = await started(layer, w);
    const { blocks } = await rfim(layer, asTensor(x), { store });
    const g = await (blocks[0] as (typeof blocks)[0]).toDense();
    await close();
    const law = bernoulli({ values: [low, high] });
    for (const y of [
      [low, low],
      [low, high],
      [high, low],
      [high, high],
    ]) {
      const found = await curvature(dense(2, 2), law, everywhere(y));
      t.ok(gap(found, g.data()) < 1e-13, `y = ${y}`);
    }
  });
}

test("T7 soft-max: −∂² ln p = RFIM for every y", async (t) => {
  const logits = augmented(x).mmul(w).to2DArray();
  const g = meanKronecker(augmented(x), (s) => softmaxInformation(logits[s] as number[]));
  for (const label of [0, 1]) {
    const labels = tensor(Int32Array.from({ length: x.rows }, () => label));
    const found = await curvature(dense(2, 2), categorical(), labels);
    t.ok(gap(found, g.to1DArray()) < 1e-13, `y = ${label}`);
  }
});

test("T7 where the coordinates are not natural, −∂² ln p depends on y", async (t) => {
  const curved = dense(2, 2, { activation: softplus });
  const [one, two] = [
    await curvature(curved, gaussian(), everywhere([0, 0])),
    await curvature(curved, gaussian(), everywhere([1, -1])),
  ];
  t.ok(gap(one, two) > 0.01);
});

/** Soft-max regression of m = 4 classes on rows [n, 3]. */
async function regression(rows: Matrix) {
  const weights = matrixOf("weights", 4, 4);
  const model = dense(3, 4);
  const { store, close } = await started(model, weights);
  const labels = tensor(Int32Array.from({ length: rows.rows }, (_, s) => (7 * s + 3) % 4));
  const settings = { store, likelihood: categorical() };
  const hessian = await observedFisher(model, { inputs: asTensor(rows), labels }, settings);
  const whole = await fisher(model, asTensor(rows), settings);
  const metric = defMetric(dense, {
    law: categorical(),
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: softmaxGram(reference, softmax(preActivation, { axis: 1 })) },
    ],
  });
  const { blocks } = await rfim(model, asTensor(rows), { ...settings, metrics: metrics(metric) });
  const logits = augmented(rows).mmul(weights).to2DArray();
  const found = {
    hessian: asMatrix(await hessian.toDense()),
    whole: asMatrix(await whole.toDense()),
    layer: await (blocks[0] as (typeof blocks)[0]).toDense(),
    eigenvalues: await whole.eigenvalues(),
    mean: meanKronecker(augmented(rows), (s) => softmaxInformation(logits[s] as number[])),
  };
  await close();
  return found;
}

test("T8 soft-max regression: Hessian of mean cross entropy = mean soft-max RFIM = whole-model FIM", async (t) => {
  const { hessian, whole, mean, layer, eigenvalues } = await regression(matrixOf("rows", 9, 3));
  t.ok(gap(hessian.to1DArray(), mean.to1DArray()) < 1e-13, "Hessian");
  t.ok(gap(whole.to1DArray(), mean.to1DArray()) < 1e-13, "whole model");
  t.ok(gap(layer.data(), mean.to1DArray()) < 1e-13, "soft-max layer");
  t.equal(rankOf(eigenvalues.data()), 3 * 4, "rank (m − 1)(d + 1) for general data");
});

test("T8 the rank is (m − 1)·rank(X̃) where the data are degenerate", async (t) => {
  const rows = matrixOf("rows", 9, 3);
  rows.setColumn(2, Matrix.add(rows.getColumnVector(0), rows.getColumnVector(1)).to1DArray());
  const { hessian, eigenvalues } = await regression(rows);
  t.equal(rankOf(eigenvalues.data()), 3 * 3);
  const { realEigenvalues } = new EigenvalueDecomposition(hessian, { assumeSymmetric: true });
  t.equal(rankOf(realEigenvalues), 3 * 3);
  const few = await regression(matrixOf("few", 2, 3));
  t.equal(rankOf(few.eigenvalues.data()), 3 * 2, "and with fewer rows than features");
});
