/** Laws of which some responses do not count, or count more: what of the targets is no outcome is held fixed. */
import {
  fisher,
  fullMetrics,
  gaussNewton,
  kl,
  metrics,
  observedFisher,
  partition,
  rfim,
  stackedMetrics,
} from "@metrigrad/metric";
import { categorical, dense, gaussian, independent, masked, weighted } from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { onReference } from "../support/backends.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { softmaxInformation } from "../support/softmax.ts";

const x = matrixOf("x", 5, 2);
const w = matrixOf("w", 3, 3);
const labels = tensor(Int32Array.of(0, 2, 99, 1, 2));
const classes = tensor(Int32Array.of(0, 2, 1, 1, 2));

/** (1/n) Σ_s c_s x̃x̃' ⊗ F(x̃'W), with n all samples. */
function counted(counts: readonly number[], information: (t: readonly number[]) => Matrix): Matrix {
  const rows = augmented(x);
  const t = rows.mmul(w).to2DArray();
  const total = Matrix.zeros(9, 9);
  counts.forEach((count, s) => {
    const row = rows.getRowVector(s);
    const one = row
      .transpose()
      .mmul(row)
      .kroneckerProduct(information(t[s] as number[]));
    total.add(one.mul(count / 5));
  });
  return total;
}

const mask = [1, 1, 0, 1, 0];
const counts = [1, 0.5, 0, 2.5, 3];
const cases = [
  {
    name: "masked",
    law: masked(categorical()),
    targets: { value: labels, mask: tensor(Int32Array.from(mask)) },
    expected: counted(mask, (t) => softmaxInformation([...t])),
    each: mask,
  },
  {
    name: "weighted",
    law: weighted(categorical()),
    targets: { value: classes, weight: tensor(counts) },
    expected: counted(counts, (t) => softmaxInformation([...t])),
    each: counts,
  },
];

const close = (got: Tensor | undefined, expected: Matrix, limit = 1e-12) =>
  gap(got?.data() ?? [], expected.to1DArray()) < limit;

for (const { name, law, targets, expected, each } of cases) {
  test(`counted laws, ${name}: every geometry is (1/n) Σ c_s x̃x̃' ⊗ F_s`, async (t) => {
    const model = dense(2, 3);
    const store = await onReference.store(model);
    await store.write("w", asTensor(w));
    const batch = { inputs: asTensor(x), targets };
    const options = { store, likelihood: law };
    t.ok(close(await (await fisher(model, batch, options)).toDense(), expected), "fisher");
    for (const [title, table] of Object.entries({
      full: fullMetrics,
      whole: partition(model, "whole"),
      stacked: stackedMetrics({ layers: Number.POSITIVE_INFINITY }),
    })) {
      const { blocks } = await rfim(model, batch, { ...options, metrics: table });
      t.ok(close(await blocks[0]?.toDense(), expected), title);
      t.match(blocks[0]?.law ?? "", /categorical/);
    }
    const { blocks } = await rfim(model, batch, { ...options, metrics: metrics.diagonal() });
    t.ok(close(await blocks[0]?.toDense(), Matrix.diag(expected.diag())), "diagonal");
    // In natural coordinates the Hessian does not depend on the labels.
    t.ok(
      close(await (await observedFisher(model, batch, options)).toDense(), expected),
      "observed",
    );
    t.ok(close(await (await gaussNewton(model, batch, options)).toDense(), expected), "GN");
    const delta = matrixOf("delta", 3, 3);
    const found = await kl(model, batch, { ...options, delta: { w: asTensor(delta) } });
    const logs = (weights: Matrix) =>
      augmented(x)
        .mmul(weights)
        .to2DArray()
        .map((row) => {
          const total = Math.log(row.reduce((sum, one) => sum + Math.exp(one), 0));
          return row.map((one) => one - total);
        });
    const [from, to] = [logs(w), logs(Matrix.add(w, delta))];
    const host = each.reduce((sum, count, s) => {
      const [a, b] = [from[s] as number[], to[s] as number[]];
      const one = a.reduce((all, log, k) => all + Math.exp(log) * (log - (b[k] as number)), 0);
      return sum + (count * one) / 5;
    }, 0);
    t.ok(Math.abs(found - host) < 1e-12, "kl");
    await store.close();
  });
}

test("counted laws: without targets every response counts", async (t) => {
  const model = dense(2, 3);
  const store = await onReference.store(model);
  await store.write("w", asTensor(w));
  const all = counted([1, 1, 1, 1, 1], (at) => softmaxInformation([...at]));
  for (const { law } of cases) {
    const options = { store, likelihood: law, metrics: fullMetrics };
    const { blocks } = await rfim(model, asTensor(x), options);
    t.ok(close(await blocks[0]?.toDense(), all), law.name);
  }
  await store.close();
});

test("counted laws: a mask over the positions of samples", async (t) => {
  const [n, T] = [2, 3];
  const model = dense(2, 2);
  const store = await onReference.store(model);
  const rows = matrixOf("positions", n * T, 2);
  const here = [1, 1, 0, 1, 0, 0];
  const law = masked(independent(gaussian({ sigma: 0.5 })));
  const batch = {
    inputs: tensor(Float64Array.from(rows.to1DArray()), { shape: [n, T, 2] }),
    targets: {
      value: tensor(new Float64Array(n * T * 2).fill(Number.NaN), { shape: [n, T, 2] }),
      mask: tensor(Int32Array.from(here), { shape: [n, T] }),
    },
  };
  const present = augmented(rows).selection(
    here.flatMap((one, at) => (one === 1 ? [at] : [])),
    [0, 1, 2],
  );
  // σ⁻² x̃x̃' of those that are there, a mean over both samples.
  const expected = present
    .transpose()
    .mmul(present)
    .mul(4 / n)
    .kroneckerProduct(Matrix.eye(2));
  const options = { store, likelihood: law };
  const { blocks } = await rfim(model, batch, { ...options, metrics: fullMetrics });
  t.ok(close(await blocks[0]?.toDense(), expected), "rfim");
  const whole = asMatrix(await (await fisher(model, batch, options)).toDense());
  t.ok(gap(whole.to1DArray(), expected.to1DArray()) < 1e-12, "fisher");
  await store.close();
});
