import { constant, grad, type Node, square, sum } from "@metrigrad/graph";
import { type AttentionSettings, applyModel, attention, nodesOf } from "@metrigrad/nn";
import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { loopedAttention, sequences } from "../support/attention.ts";
import { evaluate, gap, numbers } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

const [n, T, S, features, width] = [2, 3, 4, 4, 3] as const;
const xs = waves([n, T, features]);
const memories = waves([n, S, width], 2);

/** Values of the four projections. */
const weightsOf = (inputs: number, bias: number) => ({
  query: waves([features + bias, features], 1),
  key: waves([inputs + bias, features], 2),
  value: waves([inputs + bias, features], 3),
  out: waves([features + bias, features], 4),
});

for (const [name, settings] of Object.entries<AttentionSettings>({
  "as it is": {},
  causal: { causal: true },
  "without biases": { bias: false },
  "with rotary positions": { rotary: true },
  "with rotary positions of another base, causal": { rotary: { base: 5 }, causal: true },
})) {
  for (const heads of [1, 2]) {
    test(`attention: ${name}, ${heads} heads, is what loops give`, async (t) => {
      const weights = weightsOf(features, settings.bias === false ? 0 : 1);
      const model = attention(features, heads, settings);
      const got = await withValues(model, weights, wavesNode([n, T, features]));
      const rows = sequences(xs, n, features);
      const { causal = false, rotary } = settings;
      const base = rotary === true ? 10_000 : rotary ? rotary.base : null;
      const options = { features, heads, weights, causal, ...(base === null ? {} : { base }) };
      t.ok(gap(got, loopedAttention(rows, rows, options)) < 1e-12);
    });
  }
}

for (const causal of [false, true]) {
  test(`attention: to a memory of another width, with keys left out${causal ? ", causal" : ""}`, async (t) => {
    const weights = weightsOf(width, 1);
    const model = attention(features, 2, { memoryFeatures: width, causal });
    const query = wavesNode([n, T, features]);
    const memory = wavesNode([n, S, width], 2);
    const padding = [
      [0, 1, 0, 1],
      [0, 0, 0, 1],
    ];
    const options = { features, heads: 2, weights, causal };
    const [q, m] = [sequences(xs, n, features), sequences(memories, n, width)];
    const whole = await withValues(model, weights, { query, memory });
    t.ok(gap(whole, loopedAttention(q, m, options)) < 1e-12, "all keys");
    const some = { query, memory, padding: constant(tensor(padding)) };
    const expected = loopedAttention(q, m, { ...options, padding });
    t.ok(gap(await withValues(model, weights, some), expected) < 1e-12, "some, by numbers");
    const flags = tensor(Uint8Array.from(padding.flat()), { shape: [n, S], dtype: "bool" });
    const byFlags = { query, memory, padding: constant(flags) };
    t.ok(gap(await withValues(model, weights, byFlags), expected) < 1e-12, "some, by bool");
  });
}

test("attention: a query without any key gives the last bias, and finite gradients", async (t) => {
  const model = attention(features, 2);
  const query = wavesNode([n, T, features]);
  const padding = constant(
    tensor([
      [1, 1, 1],
      [0, 1, 0],
    ]),
  );
  const weights = weightsOf(features, 1);
  const got = await withValues(model, weights, { query, padding });
  const bias = weights.out.slice(features * features);
  t.deepEqual(got.slice(0, T * features), [...bias, ...bias, ...bias]);
  const { output, parameters } = applyModel(model, { query, padding });
  const bars = parameters.map(({ variable }) => grad(sum(square(output)), variable));
  const values = await evaluate([grad(sum(square(output)), query), ...bars], { owner: model });
  for (const value of values) t.ok(value.data().every(Number.isFinite));
  const first = values[0]?.data().slice(0, T * features) ?? [];
  t.ok(
    first.every((value) => value === 0),
    "that sample acts on nothing",
  );
});

test("attention: the weights are in the extras and add up to 1", async (t) => {
  const model = attention(features, 2, { causal: true });
  const { extras } = applyModel(model, wavesNode([n, T, features]));
  const [weights] = nodesOf(extras[0]?.values ?? []);
  const values = await numbers(weights as Node, { owner: model });
  t.equal(values.length, n * 2 * T * T);
  for (let row = 0; row < n * 2 * T; row++) {
    const own = values.slice(row * T, (row + 1) * T);
    if (Math.abs(own.reduce((a, b) => a + b, 0) - 1) > 1e-14) t.fail(`row ${row}`);
    if (own.slice((row % T) + 1).some((value) => value !== 0)) t.fail(`row ${row} sees the future`);
  }
});

test("attention: it starts as PyTorch's does", (t) => {
  const reach = (spec: { readonly init: (context: never) => ArrayLike<number> }, rows: number) => {
    const context = { path: "w", seed: 3, shape: [rows + 1, 32] };
    const values = Array.from(spec.init(context as never));
    t.ok(
      values.slice(rows * 32).every((value) => value === 0),
      "biases at 0",
    );
    return Math.max(...values.map(Math.abs));
  };
  const near = (got: number, limit: number, what: string) =>
    t.ok(got <= limit && got > 0.98 * limit, `${what}: ${got} of ${limit}`);
  const { query, key, value, out } = attention(32, 4).params;
  for (const one of [query, key, value]) near(reach(one, 32), Math.sqrt(6 / 128), "in");
  near(reach(out, 32), 1 / Math.sqrt(32), "out");
  const cross = attention(32, 4, { memoryFeatures: 16 }).params;
  near(reach(cross.query, 32), Math.sqrt(6 / 64), "by itself");
  near(reach(cross.key, 16), Math.sqrt(6 / 48), "of a memory");
  t.end();
});

test("attention: dropout leaves out weights when training, seed 11", async (t) => {
  // Values are all 1, so that a response is the sum of the weights that stay, divided by 0.75.
  const model = attention(1, 1, { dropout: 0.25, bias: false });
  const query = constant(tensor(new Float64Array(40).fill(1), { shape: [1, 40, 1] }));
  const { output } = applyModel(model, query, { mode: "train" });
  const inferred = applyModel(model, query).output;
  const backend = { owner: model };
  const [one = 0] = await numbers(inferred, backend);
  const [trained] = await evaluate([output], backend);
  const shares = Array.from(trained?.data() ?? [], (value) => value / one);
  const mean = shares.reduce((a, b) => a + b, 0) / 40;
  // Each is the mean of 40 draws of 0 or 4/3, of variance 1/3.
  t.ok(Math.abs(mean - 1) < 4 * Math.sqrt(1 / 3 / 1600), `mean ${mean}`);
  t.ok(new Set(shares.map((share) => share.toFixed(6))).size > 3, "masks of rows differ");
});

test("attention: what does not fit is refused", (t) => {
  const x = wavesNode([n, T, 4]);
  t.throws(
    () => applyModel(attention(6, 2), x),
    /attention: the query must be \[n, T, 6\], got \[2, 3, 4\]; give it \[n, T, features\], or/,
  );
  t.throws(
    () => applyModel(attention(4, 2), { query: x, memory: wavesNode([n, T, 3]) }),
    /attention: the memory must be \[2, S, 4\], got \[2, 3, 3\]/,
  );
  t.throws(
    () => applyModel(attention(4, 2), { query: x, padding: wavesNode([n, 2]) }),
    /attention: the padding must be \[2, 3\], one for each key, got \[2, 2\]/,
  );
  t.throws(() => attention(4, 3), /a multiple of the heads, got 4 features, 3 heads/);
  t.throws(() => attention(4, 2, { dropout: 1 }), /dropout must be within \[0, 1\), got 1/);
  t.throws(() => attention(6, 2, { rotary: true }), /features of a head must be even, .* got 3/);
  t.throws(() => attention(0, 1), ShapeError);
  t.end();
});
