/** Laws in their natural coordinates: the Hessian of −ln p does not depend on y. */
import { softmax, softplus } from "@metrigrad/graph";
import {
  defMetric,
  fisher,
  fullMetrics,
  metrics,
  observedFisher,
  rfim,
  softmaxGram,
} from "@metrigrad/metric";
import {
  bernoulli,
  categorical,
  dense,
  gaussian,
  type RowLaw as Law,
  type Module,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { backends, onReference, type Tested } from "../support/backends.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { meanKronecker, rankOf, softmaxInformation } from "../support/softmax.ts";

const x = matrixOf("x", 5, 2);
const w = matrixOf("w", 3, 2);

async function started(model: Module, weights: Matrix, on: Tested) {
  const store = await on.store(model);
  await store.write("w", asTensor(weights));
  return store;
}

/** −∂² ln p of a layer with weights w, for labels. */
async function curvature(
  model: Module,
  likelihood: Law,
  labels: Tensor,
  on: Tested,
): Promise<number[]> {
  const store = await started(model, w, on);
  const g = await observedFisher(
    model,
    { inputs: asTensor(x), targets: labels },
    { store, likelihood },
  );
  const found = [...(await g.toDense()).data()];
  await store.close();
  return found;
}

/** The same y for every row. */
const everywhere = (y: readonly number[]) => tensor(x.to2DArray().map(() => [...y]));

/** The layer's RFIM from ν(t), every t on the host: (1/n) Σ_s x̃_sx̃_s' ⊗ diag ν(t_s). */
function byUnits(nu: (t: number) => number): number[] {
  const rows = augmented(x);
  const ts = rows.mmul(w).to2DArray();
  return meanKronecker(rows, (s) => Matrix.diag((ts[s] as number[]).map(nu))).to1DArray();
}

for (const on of backends) {
  for (const [activation, low, high, nu] of [
    ["tanh", -1, 1, (t: number) => 1 - Math.tanh(t) ** 2],
    ["sigmoid", 0, 1, (t: number) => 1 / (1 + Math.exp(-t)) / (1 + Math.exp(t))],
  ] as const) {
    test(`T7 ${activation}: −∂² ln p = RFIM for every y, on ${on.name}`, async (t) => {
      const layer = dense(2, 2, { activation });
      const store = await started(layer, w, on);
      const { blocks } = await rfim(layer, asTensor(x), { store, metrics: fullMetrics });
      const g = await (blocks[0] as (typeof blocks)[0]).toDense();
      await store.close();
      t.ok(gap(g.data(), byUnits(nu)) < on.limit(1e-13, 1e-6), "RFIM");
      const law = bernoulli({ values: [low, high] });
      const apart = matrixOf("y", 5, 2).to2DArray();
      const labels = [
        ...[low, high].flatMap((a) => [low, high].map((b) => everywhere([a, b]))),
        tensor(apart.map((row) => row.map((value) => (value > 0 ? high : low)))),
      ];
      for (const y of labels) {
        const found = await curvature(dense(2, 2), law, y, on);
        t.ok(gap(found, g.data()) < on.limit(1e-13, 1e-6), `y = ${[...y.data()]}`);
      }
    });
  }

  test(`T7 soft-max: −∂² ln p = RFIM for every y, on ${on.name}`, async (t) => {
    const layer = dense(2, 3);
    const weights = matrixOf("w", 3, 3);
    const likelihood = categorical();
    const store = await started(layer, weights, on);
    const options = { store, likelihood };
    const { blocks } = await rfim(layer, asTensor(x), { ...options, metrics: fullMetrics });
    t.equal(blocks[0]?.form, "softmaxGram");
    const g = [...((await blocks[0]?.toDense())?.data() ?? [])];
    const logits = augmented(x).mmul(weights).to2DArray();
    const host = meanKronecker(augmented(x), (s) => softmaxInformation(logits[s] as number[]));
    t.ok(gap(g, host.to1DArray()) < on.limit(1e-13, 1e-6), "RFIM");
    for (const y of [0, 1, 2]
      .map((label) => [label, label, label, label, label])
      .concat([[0, 2, 1, 1, 2]])) {
      const labels = tensor(Int32Array.from(y));
      const hessian = await observedFisher(
        layer,
        { inputs: asTensor(x), targets: labels },
        options,
      );
      const found = (await hessian.toDense()).data();
      t.ok(gap(found, g) < on.limit(1e-13, 1e-6), `y = ${y}`);
    }
    await store.close();
  });
}

test("T7 where the coordinates are not natural, −∂² ln p depends on y", async (t) => {
  const curved = dense(2, 2, { activation: softplus });
  const [one, two] = [
    await curvature(curved, gaussian(), everywhere([0, 0]), onReference),
    await curvature(curved, gaussian(), everywhere([1, -1]), onReference),
  ];
  t.ok(gap(one, two) > 0.01);
});

/** Soft-max regression of m = 4 classes on rows [n, 3]. */
async function regression(rows: Matrix, on: Tested) {
  const weights = matrixOf("weights", 4, 4);
  const model = dense(3, 4);
  const store = await started(model, weights, on);
  const labels = tensor(Int32Array.from({ length: rows.rows }, (_, s) => (7 * s + 3) % 4));
  const settings = { store, likelihood: categorical() };
  const hessian = await observedFisher(
    model,
    { inputs: asTensor(rows), targets: labels },
    settings,
  );
  const whole = await fisher(model, asTensor(rows), settings);
  const metric = defMetric(dense, {
    response: categorical(),
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
  await store.close();
  return found;
}

for (const on of backends) {
  // What float32 leaves of an eigenvalue 0; the least of the others is above 1e-3 of the largest.
  const zero = on.limit(1e-10, 1e-5);

  test(`T8 soft-max regression: Hessian of mean cross entropy = mean soft-max RFIM = whole-model FIM, on ${on.name}`, async (t) => {
    const { hessian, whole, mean, layer, eigenvalues } = await regression(
      matrixOf("rows", 9, 3),
      on,
    );
    const limit = on.limit(1e-13, 1e-6);
    t.ok(gap(hessian.to1DArray(), mean.to1DArray()) < limit, "Hessian");
    t.ok(gap(whole.to1DArray(), mean.to1DArray()) < limit, "whole model");
    t.ok(gap(layer.data(), mean.to1DArray()) < limit, "soft-max layer");
    t.equal(rankOf(eigenvalues.data(), zero), 3 * 4, "rank (m − 1)(d + 1) for general data");
  });

  test(`T8 the rank is (m − 1)·rank(X̃) where the data are degenerate, on ${on.name}`, async (t) => {
    const rows = matrixOf("rows", 9, 3);
    rows.setColumn(2, Matrix.add(rows.getColumnVector(0), rows.getColumnVector(1)).to1DArray());
    const { hessian, eigenvalues } = await regression(rows, on);
    t.equal(rankOf(eigenvalues.data(), zero), 3 * 3);
    const { realEigenvalues } = new EigenvalueDecomposition(hessian, { assumeSymmetric: true });
    t.equal(rankOf(realEigenvalues, zero), 3 * 3);
    const few = await regression(matrixOf("few", 2, 3), on);
    t.equal(rankOf(few.eigenvalues.data(), zero), 3 * 2, "and with fewer rows than features");
  });
}
