import { fisher, kl } from "@metrigrad/metric";
import {
  bernoulli,
  categorical,
  dense,
  gaussian,
  gaussianWithScale,
  type RowLaw as Law,
  poisson,
  sequential,
} from "@metrigrad/nn";
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";

const x = matrixOf("x", 5, 2);
const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 2));
const delta = {
  "dense0/w": asTensor(matrixOf("a", 3, 3, 0.5)),
  "dense1/w": asTensor(matrixOf("b", 4, 2, 0.5)),
};

async function started() {
  const backend = await reference();
  const store = await backend.store(model, { seed: 3 });
  return { store, close: () => backend.close() };
}

const scaled = (factor: number) =>
  Object.fromEntries(
    Object.entries(delta).map(([name, value]) => [
      name,
      tensor(
        Float64Array.from(value.data(), (one) => one * factor),
        { shape: value.shape },
      ),
    ]),
  );

const laws: readonly Law[] = [
  categorical(),
  bernoulli(),
  gaussian({ sigma: 0.4 }),
  gaussianWithScale(),
  poisson(),
];

for (const likelihood of laws) {
  test(`T4 kl: ${likelihood.name}, a whole model's KL − ½ε²δ'gδ is of third order`, async (t) => {
    const { store, close } = await started();
    const g = await fisher(model, asTensor(x), { store, likelihood });
    const quadratic = await g.quadratic(delta);
    const rest = async (epsilon: number) => {
      const divergence = await kl(model, asTensor(x), {
        store,
        likelihood,
        delta: scaled(epsilon),
      });
      return Math.abs(divergence - (epsilon ** 2 * quadratic) / 2);
    };
    const [a, b, c] = [await rest(0.04), await rest(0.02), await rest(0.01)];
    const slopes = [Math.log2(a / b), Math.log2(b / c)];
    t.ok(
      slopes.every((slope) => slope > 2.8 && slope < 4.5),
      `log-log slopes ${slopes.map((slope) => slope.toFixed(2))}`,
    );
    await close();
  });
}

/** η of the model in plain JavaScript. */
function probabilities(values: Readonly<Record<string, Tensor>>): number[][] {
  const hidden = augmented(x).mmul(asMatrix(values["dense0/w"] as Tensor));
  const tanh = new Matrix(hidden.to2DArray().map((row) => row.map(Math.tanh)));
  const logits = augmented(tanh).mmul(asMatrix(values["dense1/w"] as Tensor));
  return logits.to2DArray().map((row) => {
    const up = row.map(Math.exp);
    const total = up.reduce((sum, value) => sum + value, 0);
    return up.map((value) => value / total);
  });
}

function divergence(from: number[][], to: number[][]): number {
  const parts = from.flatMap((row, s) =>
    row.map((p, i) => p * Math.log(p / ((to[s] as number[])[i] as number))),
  );
  return parts.reduce((sum, part) => sum + part, 0) / from.length;
}

test("kl: between the store's parameters and others, in both directions and by δ", async (t) => {
  const { store, close } = await started();
  const settings = { store, likelihood: categorical() };
  const here = {
    "dense0/w": await store.read("dense0/w"),
    "dense1/w": await store.read("dense1/w"),
  };
  const there = Object.fromEntries(
    Object.entries(here).map(([name, value]) => {
      const step = delta[name as keyof typeof delta].data();
      const moved = Float64Array.from(value.data(), (one, i) => one + (step[i] as number));
      return [name, tensor(moved, { shape: value.shape })];
    }),
  );
  const [p, q] = [probabilities(here), probabilities(there)];
  const batch = { inputs: asTensor(x) };
  const found = [
    await kl(model, batch, { ...settings, to: there }),
    await kl(model, batch, { ...settings, delta }),
    await kl(model, batch, { ...settings, from: here, delta }),
    await kl(model, batch, { ...settings, from: there, to: here }),
  ];
  const forth = divergence(p, q);
  t.ok(gap(found, [forth, forth, forth, divergence(q, p)]) < 1e-13);
  t.ok(Math.abs(forth - divergence(q, p)) > 1e-3, "the directions differ");
  const only = { "dense1/w": there["dense1/w"] as Tensor };
  const part = divergence(p, probabilities({ ...here, ...only }));
  t.ok(gap([await kl(model, batch, { ...settings, to: only })], [part]) < 1e-13, "others stay");
  const mixed = { ...settings, from: { "dense0/w": there["dense0/w"] as Tensor }, to: only };
  const start = probabilities({ ...here, "dense0/w": there["dense0/w"] as Tensor });
  t.ok(gap([await kl(model, batch, mixed)], [divergence(start, q)]) < 1e-13, "from some of them");
  t.equal(await kl(model, batch, { ...settings, delta: {} }), 0);
  await close();
});

test("kl: what is missing, unknown or of another shape is refused", async (t) => {
  const { store, close } = await started();
  const likelihood = categorical();
  const batch = asTensor(x);
  await rejects(
    t,
    kl(model, batch, { store, likelihood }),
    /kl: either `to` or `delta` must be given, got none; pass/,
  );
  await rejects(
    t,
    kl(model, batch, { store, likelihood, to: delta, delta }),
    /kl: either `to` or `delta` must be given, got both; pass/,
  );
  await rejects(
    t,
    kl(model, batch, { store, likelihood, delta: { v: tensor([1]) } }),
    /kl, delta: names must be of the model's parameters \(dense0\/w, dense1\/w\), got v; correct/,
  );
  await rejects(
    t,
    kl(model, batch, { store, likelihood, to: { "dense0/w": tensor([1]) } }),
    /kl, to, dense0\/w: the value must have the parameter's shape \[3, 3\], got \[1\]; pass/,
  );
  await rejects(
    t,
    kl(model, batch, { store, likelihood: { ...likelihood, kl: null }, delta }),
    /kl: the likelihood must have a closed form of its divergence, got categorical without `kl`; give/,
  );
  await close();
});
