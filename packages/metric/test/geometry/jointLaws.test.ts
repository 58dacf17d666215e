/** Several responses of one model under a joint law, against plain JavaScript. */
import {
  fisher,
  fullMetrics,
  kl,
  linearMetrics,
  metrics,
  observedFisher,
  partition,
  rfim,
  stackedMetrics,
} from "@metrigrad/metric";
import { categorical, defModule, dense, gaussian, joint } from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { onReference } from "../support/backends.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { layer, slopes, unflat } from "../support/plain.ts";
import { softmaxInformation } from "../support/softmax.ts";

const n = 4;
const x = matrixOf("x", n, 2);
/** Trunk [3, 3], classes [4, 3], values [4, 2]. */
const shapes = [
  [3, 3],
  [4, 3],
  [4, 2],
] as const;
const paths = ["dense0/w", "dense1/w", "dense2/w"] as const;
const begins = [0, 9, 21, 29] as const;
const theta = matrixOf("theta", 1, 29, 0.7).to1DArray();
const sigma = 0.5;
const law = joint({ digit: categorical(), place: gaussian({ sigma }) });

const twoHeads = defModule({
  name: "twoHeads",
  options: () => ({
    trunk: dense(2, 3, { activation: "tanh" }),
    digit: dense(3, 3),
    place: dense(3, 2),
  }),
  children: ({ trunk, digit, place }) => [trunk, digit, place],
  apply: (_, h, { options: { trunk, digit, place }, call }) => {
    const t = call(trunk, h);
    return { digit: call(digit, t), place: call(place, t) };
  },
});

/** Class scores and values of one row, one after the other. */
function outputs(values: readonly number[], s: number): number[] {
  const [a, b, c] = unflat(values, shapes) as [Matrix, Matrix, Matrix];
  const h = layer(x.getRowVector(s), a, Math.tanh);
  return [...layer(h, b).to1DArray(), ...layer(h, c).to1DArray()];
}

/** (1/n) Σ_s J'FJ with F of both responses. */
function byHand(): Matrix {
  const total = Matrix.zeros(29, 29);
  for (let s = 0; s < n; s++) {
    const o = outputs(theta, s);
    const f = Matrix.zeros(5, 5);
    f.setSubMatrix(softmaxInformation(o.slice(0, 3)), 0, 0);
    f.setSubMatrix(Matrix.eye(2).mul(sigma ** -2), 3, 3);
    const j = slopes((values) => outputs(values, s), theta);
    total.add(j.transpose().mmul(f).mmul(j).div(n));
  }
  return total;
}

const expected = byHand();
const blockOf = (k: number) => {
  const [from, to] = [begins[k] as number, (begins[k + 1] as number) - 1];
  return expected.subMatrix(from, to, from, to);
};

async function started() {
  const model = twoHeads();
  const store = await onReference.store(model);
  for (const [k, value] of unflat(theta, shapes).entries())
    await store.write(paths[k] as string, asTensor(value));
  return { model, store };
}

const close = (got: Tensor | undefined, matrix: Matrix, limit = 1e-9) =>
  gap(got?.data() ?? [], matrix.to1DArray()) < limit;

test("joint laws: fisher is (1/n) Σ J'FJ with the information of both responses", async (t) => {
  const { model, store } = await started();
  const whole = await fisher(model, asTensor(x), { store, likelihood: law });
  t.deepEqual(whole.params, paths);
  t.ok(close(await whole.toDense(), expected));
  const drawn = await fisher(model, asTensor(x), {
    store,
    likelihood: law,
    kind: { samples: 4000, seed: 5 },
  });
  const off = gap((await drawn.toDense()).data(), expected.to1DArray());
  t.ok(off < 0.1 && off > 1e-6, `draws are off by ${off}`);
  await store.close();
});

test("joint laws: blocks of the tables that follow what is observed are those of fisher", async (t) => {
  const { model, store } = await started();
  const likelihood = law;
  const blocksBy = async (table: typeof fullMetrics) => {
    const found = await rfim(model, asTensor(x), { store, likelihood, metrics: table });
    return Promise.all(found.blocks.map((block) => block.toDense()));
  };
  const whole = await blocksBy(partition(model, "whole"));
  t.equal(whole.length, 1);
  t.ok(close(whole[0], expected), "whole");
  const stacked = await blocksBy(stackedMetrics({ layers: Number.POSITIVE_INFINITY }));
  for (const k of [0, 1, 2]) t.ok(close(stacked[k], blockOf(k)), `all layers, ${paths[k]}`);
  const two = await blocksBy(stackedMetrics());
  for (const k of [0, 1, 2]) t.ok(close(two[k], blockOf(k)), `two layers, ${paths[k]}`);
  const full = await blocksBy(fullMetrics);
  for (const k of [1, 2]) t.ok(close(full[k], blockOf(k)), `full, ${paths[k]}`);
  const diagonal = await blocksBy(metrics.diagonal());
  for (const k of [0, 1, 2])
    t.ok(close(diagonal[k], Matrix.diag(blockOf(k).diag())), `diagonal, ${paths[k]}`);
  const { blocks } = await rfim(model, asTensor(x), { store, likelihood, metrics: fullMetrics });
  t.deepEqual(
    blocks.map(({ path, form, law: of }) => [path, form, of]),
    [
      ["dense0", "unitGram", "bernoulli{-1, 1}"],
      ["dense1", "softmaxGram", "categorical"],
      ["dense2", "sharedGram", "gaussian(0.5)"],
    ],
  );
  const linear = await rfim(model, asTensor(x), { store, likelihood, metrics: linearMetrics });
  t.ok(linear.blocks.every(({ form }) => form === "sharedGram"));
  await store.close();
});

test("joint laws: kl is the sum of both, and its second order the Fisher information", async (t) => {
  const { model, store } = await started();
  const step = matrixOf("step", 1, 29, 0.3).to1DArray();
  const delta = Object.fromEntries(
    unflat(step, shapes).map((value, k) => [paths[k] as string, asTensor(value)]),
  );
  const found = await kl(model, asTensor(x), { store, likelihood: law, delta });
  const logs = (o: readonly number[]) => {
    const total = Math.log(o.slice(0, 3).reduce((sum, one) => sum + Math.exp(one), 0));
    return o.slice(0, 3).map((one) => one - total);
  };
  let host = 0;
  for (let s = 0; s < n; s++) {
    const [a, b] = [theta, theta.map((value, k) => value + (step[k] as number))].map((values) =>
      outputs(values, s),
    ) as [number[], number[]];
    const [p, q] = [logs(a), logs(b)];
    host += p.reduce((sum, log, k) => sum + Math.exp(log) * (log - (q[k] as number)), 0) / n;
    for (const k of [3, 4])
      host += ((a[k] as number) - (b[k] as number)) ** 2 / (2 * sigma ** 2) / n;
  }
  t.ok(Math.abs(found - host) < 1e-12);
  await store.close();
});

test("joint laws: observedFisher is the Hessian of both by second differences", async (t) => {
  const { model, store } = await started();
  const targets = {
    digit: tensor(Int32Array.of(0, 2, 1, 1)),
    place: asTensor(matrixOf("y", n, 2)),
  };
  const batch = { inputs: asTensor(x), targets };
  const observed = await observedFisher(model, batch, { store, likelihood: law });
  const loss = (values: readonly number[]) => {
    let total = 0;
    for (let s = 0; s < n; s++) {
      const o = outputs(values, s);
      const norm = Math.log(o.slice(0, 3).reduce((sum, one) => sum + Math.exp(one), 0));
      total += norm - (o[targets.digit.data()[s] as number] as number);
      for (const k of [0, 1])
        total +=
          ((targets.place.data()[2 * s + k] as number) - (o[3 + k] as number)) ** 2 /
          (2 * sigma ** 2);
    }
    return total / n;
  };
  const hessian = slopes(
    (at) => slopes((values) => [loss(values)], at, 2e-3).to1DArray(),
    theta,
    2e-3,
  );
  t.ok(close(await observed.toDense(), hessian, 1e-6));
  await store.close();
});
