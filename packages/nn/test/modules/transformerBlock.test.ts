import { constant, type Node, sigmoid } from "@metrigrad/graph";
import { type AnyModule, applyModel, transformerBlock } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { loopedAttention, sequences } from "../support/attention.ts";
import { evaluate, gap, numbers } from "../support/evaluate.ts";
import { standardBy } from "../support/standard.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

const [n, T, S, d, heads, width] = [2, 3, 2, 4, 2, 5] as const;
const x = waves([n, T, d]);
const memory = waves([n, S, d], 2);
const epsilon = 1e-5;

/** Values of all parameters of a block, of moderate size. */
function valuesOf(model: AnyModule): Record<string, Float64Array> {
  const found = model.variables.map(({ path, spec: { shape } }, k) => {
    return [path, waves(shape, k).map((v) => v / 2)] as const;
  });
  return Object.fromEntries(found);
}

const plus = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (v, i) => v + (b[i] as number));

/** A block by loops, from its parts. */
function looped(
  values: Readonly<Record<string, Float64Array>>,
  normFirst: boolean,
  causal: boolean,
  remembers: boolean,
  padding?: readonly (readonly number[])[],
): number[] {
  const get = (name: string) => values[name] as Float64Array;
  const norm = (name: string, h: ArrayLike<number>) =>
    standardBy(h, (i) => Math.floor(i / d), epsilon).map(
      (v, i) =>
        v * (get(`${name}/scale`)[i % d] as number) + (get(`${name}/offset`)[i % d] as number),
    );
  const sublayer = (
    h: readonly number[],
    name: string,
    part: (h: readonly number[]) => number[],
  ) => (normFirst ? plus(h, part(norm(name, h))) : norm(name, plus(h, part(h))));
  const attend = (name: string, h: readonly number[], other: ArrayLike<number> | null) => {
    const weights = {
      query: get(`${name}/query`),
      key: get(`${name}/key`),
      value: get(`${name}/value`),
      out: get(`${name}/out`),
    };
    const own = sequences(h, n, d);
    const keys = other === null ? own : sequences(other, n, d);
    const beside = other === null && padding !== undefined ? { padding } : {};
    return loopedAttention(own, keys, {
      features: d,
      heads,
      weights,
      causal: causal && other === null,
      ...beside,
    });
  };
  const layer = (h: readonly number[], w: Float64Array, inputs: number, outputs: number) =>
    Array.from({ length: n * T * outputs }, (_, k) => {
      const [row, j] = [Math.floor(k / outputs), k % outputs];
      return Array.from({ length: inputs }, (__, i) => i).reduce(
        (sum, i) => sum + (h[row * inputs + i] as number) * (w[i * outputs + j] as number),
        w[inputs * outputs + j] as number,
      );
    });
  let h = sublayer(Array.from(x), "attentionNorm", (rows) => attend("attention", rows, null));
  if (remembers) h = sublayer(h, "memoryNorm", (rows) => attend("memoryAttention", rows, memory));
  return sublayer(h, "feedNorm", (rows) => {
    const up = layer(rows, get("expand/w"), d, width).map((v) => Math.max(v, 0));
    return layer(up, get("contract/w"), width, d);
  });
}

for (const normFirst of [false, true]) {
  for (const remembers of [false, true]) {
    for (const causal of [false, true]) {
      const name = `${normFirst ? "norm first" : "norm last"}${causal ? ", causal" : ""}${remembers ? ", with a memory" : ""}`;
      test(`transformerBlock: ${name}, is what loops give`, async (t) => {
        const model = transformerBlock(d, heads, { width, normFirst, causal, memory: remembers });
        const values = valuesOf(model);
        const query = wavesNode([n, T, d]);
        const input = remembers ? { query, memory: wavesNode([n, S, d], 2) } : query;
        const got = await withValues(model, values, input);
        t.ok(gap(got, looped(values, normFirst, causal, remembers)) < 1e-11);
      });
    }
  }
}

test("transformerBlock: padding of the sequence and of the memory", async (t) => {
  const padding = [
    [0, 0, 1],
    [0, 1, 0],
  ];
  const query = wavesNode([n, T, d]);
  const mask = constant(tensor(padding));
  const alone = transformerBlock(d, heads, { width });
  const values = valuesOf(alone);
  const got = await withValues(alone, values, { query, padding: mask });
  t.ok(gap(got, looped(values, false, false, false, padding)) < 1e-11);
  // Positions of the memory that are left out change nothing.
  const both = transformerBlock(d, heads, { width, memory: true });
  const more = waves([n, S + 1, d], 2);
  const longer = Array.from({ length: n }, (_, s) => [
    ...memory.slice(s * S * d, (s + 1) * S * d),
    ...more.slice(0, d),
  ]).flat();
  const memoryPadding = constant(
    tensor([
      [0, 0, 1],
      [0, 0, 1],
    ]),
  );
  const padded = {
    query,
    memory: constant(tensor(longer, { shape: [n, S + 1, d] })),
    memoryPadding,
  };
  const whole = await withValues(both, valuesOf(both), { query, memory: wavesNode([n, S, d], 2) });
  t.ok(gap(await withValues(both, valuesOf(both), padded), whole) < 1e-12);
});

test("transformerBlock: defaults, and paths of parameters", (t) => {
  const model = transformerBlock(8, 2);
  const shapes = model.variables.map(({ path, spec: { shape } }) => `${path} [${shape}]`);
  t.deepEqual(shapes, [
    "attention/query [9,8]",
    "attention/key [9,8]",
    "attention/value [9,8]",
    "attention/out [9,8]",
    "attentionNorm/scale [8]",
    "attentionNorm/offset [8]",
    "expand/w [9,32]",
    "contract/w [33,8]",
    "feedNorm/scale [8]",
    "feedNorm/offset [8]",
  ]);
  const { dropout, expand, attention } = model.options;
  t.deepEqual(dropout.options, { rate: 0.1, axes: null });
  t.equal((expand.options as { activation: { op: { name: string } } }).activation.op.name, "relu");
  t.equal((attention.options as { dropout: number }).dropout, 0.1);
  t.end();
});

test("transformerBlock: dropout when training only, with masks of their own; rotary positions and activations", async (t) => {
  const query = wavesNode([n, T, d]);
  const model = transformerBlock(d, heads, { dropout: 0.5 });
  const [once, again] = [0, 1].map(() => applyModel(model, query, { mode: "train" }).output);
  const [a, b] = await evaluate([once as Node, again as Node], { owner: model });
  t.ok(gap(a?.data() ?? [], b?.data() ?? []) < 1e-15, "keys are a function of the place");
  const inferred = await numbers(applyModel(model, query).output, { owner: model });
  t.ok(gap(a?.data() ?? [], inferred) > 0.1, "training differs from inferring");
  const none = transformerBlock(d, heads, { dropout: 0 });
  const trained = applyModel(none, query, { mode: "train" }).output;
  const [c, e] = await evaluate([trained, applyModel(none, query).output], { owner: none });
  t.deepEqual(Array.from(c?.data() ?? []), Array.from(e?.data() ?? []));
  const turned = transformerBlock(d, heads, { rotary: true, activation: sigmoid });
  t.deepEqual((turned.options.attention.options as { rotary: unknown }).rotary, { base: 10_000 });
  t.notOk(gap(await numbers(applyModel(turned, query).output, { owner: turned }), inferred) < 0.01);
});

test("transformerBlock: a memory that is missing or not asked for is refused", (t) => {
  const query = wavesNode([n, T, d]);
  t.throws(
    () => applyModel(transformerBlock(d, heads, { memory: true }), query),
    /transformerBlock: its input must be \{ query, memory \}, .* got a sequence alone; give it the memory/,
  );
  t.throws(
    () => applyModel(transformerBlock(d, heads), { query, memory: query }),
    /it has no memory, got \{ query, memory \}; leave it out, or make the block with \{ memory: true \}/,
  );
  t.throws(() => transformerBlock(d, 3), /attention: .* a multiple of the heads/);
  t.throws(
    () => transformerBlock(d, heads, { activation: "tan" }),
    /transformerBlock: activation must be/,
  );
  t.throws(
    () => applyModel(transformerBlock(5, 1), query),
    /attention: the query must be \[n, T, 5\]/,
  );
  t.end();
});
