/** T22 and T23: positions of a sample share parameters, in modules as in plain layers. */
import { add, mul, type Node, slice, squeeze, stack } from "@metrigrad/graph";
import {
  explain,
  fisher,
  fullMetrics,
  linearMetrics,
  linearRows,
  lookupRows,
  type MetricTable,
  metrics,
  scaleRows,
} from "@metrigrad/metric";
import {
  type AnyModule,
  attention,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose1d,
  defModule,
  dense,
  embedding,
  gaussian,
  groupNorm,
  independent,
  instanceNorm,
  layerNorm,
  type Module,
  ones,
  param,
  positionalEmbedding,
  prelu,
  radialBasis,
  rmsNorm,
  sequential,
  spectralNorm,
  swish,
  transformerBlock,
  weightNorm,
  zeros,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import type { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks, withStore } from "../support/dense.ts";
import { asMatrix, drawnOf, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const [n, T, d] = [3, 4, 2] as const;
const sequences = drawnOf("sequences", n, T, d);
const images = drawnOf("images", n, 2, 2, 2);
const tokens = tensor(
  Int32Array.from({ length: n * T }, (_, i) => (i * i + 1) % 5),
  {
    shape: [n, T],
  },
);

/** A layer called once for each position of axis 1. */
const calledApart = defModule({
  name: "calledApart",
  options: (layer: Module) => ({ layer }),
  children: ({ layer }) => [layer],
  apply: (_, x: Node, { options: { layer }, call }) => {
    const steps = Array.from({ length: x.shape[1] as number }, (__, t) => {
      return call(layer, squeeze(slice(x, [null, [t, t + 1]]), 1));
    });
    return stack(steps, 1);
  },
});

const tables: Readonly<Record<string, MetricTable>> = {
  full: fullMetrics,
  linear: linearMetrics,
  wide: metrics(linearRows(), scaleRows({ sigma: 2 }), lookupRows({ sigma: 2 })),
  kfac: metrics.kfac({ metrics: fullMetrics }),
  ekfac: metrics.ekfac({ metrics: fullMetrics }),
  diagonal: metrics.diagonal({ metrics: fullMetrics }),
  quasiDiagonal: metrics.quasiDiagonal({ metrics: fullMetrics }),
};

/** γx + β, without a normalisation. */
const scaledOnly = defModule({
  name: "scaledOnly",
  params: { scale: param([1], ones), offset: param([1], zeros) },
  apply: ({ scale, offset }, x) => add(mul(x, scale), offset),
});

/** Normal numbers of which the last axis is one row. */
const lawOf = (x: Tensor) => independent(gaussian(), Math.max(1, x.shape.length - 2));

/** Blocks in order of the parameters, whatever the paths. */
const blocksOf = async (model: AnyModule, x: Tensor, table: MetricTable) => {
  return Object.values(await denseBlocks(model, { x, metrics: table, likelihood: lawOf(x) }));
};

for (const [name, table] of Object.entries(tables)) {
  test(`T22 ${name}: a module called T times has the metric of one call on all positions`, async (t) => {
    for (const [what, module, x] of [
      ["dense", dense(d, 3), sequences],
      ["layerNorm", layerNorm(d), sequences],
      ["rmsNorm", rmsNorm(d), sequences],
      ["embedding", embedding(5, d, { paddingIndex: 2 }), tokens],
    ] as const) {
      const folded = await blocksOf(module, x, table);
      const apart = await blocksOf(calledApart(module as Module), x, table);
      t.equal(apart.length, folded.length, what);
      for (const [k, block] of folded.entries()) {
        const other = apart[k] as Matrix;
        t.ok(gap(other.to1DArray(), block.to1DArray()) < 1e-12, what);
        t.ok(block.trace() > 1e-2, `${what}: not 0`);
      }
    }
  });
}

test("T22 convolutions: one called for every line of an image is one whose kernel is a line high", async (t) => {
  const lines = drawnOf("lines", n, T, 1, 3);
  const image = tensor(lines.data(), { shape: [n, 1, T, 3] });
  for (const [name, table] of Object.entries(tables)) {
    const [apart] = await blocksOf(calledApart(conv1d(1, 2, 2)), lines, table);
    const [whole] = await blocksOf(conv2d(1, 2, [1, 2]), image, table);
    t.ok(gap(apart?.to1DArray() ?? [], whole?.to1DArray() ?? [Number.NaN]) < 1e-12, name);
    t.ok((whole?.trace() ?? 0) > 1e-2, `${name}: not 0`);
  }
});

/** The whole model's Fisher information where every number of the output is normal. */
function fisherOf(model: AnyModule, x: Tensor): Promise<Matrix> {
  return withStore(model, {}, async (store) => {
    const whole = await fisher(model, x, { store, likelihood: lawOf(x) });
    const found = asMatrix(await whole.toDense());
    await whole.close();
    return found;
  });
}

for (const [what, module, x] of [
  ["layerNorm", layerNorm(d), sequences],
  ["layerNorm over two axes", layerNorm([T, d]), sequences],
  ["rmsNorm", rmsNorm(d), sequences],
  ["batchNorm of images", batchNorm(2), images],
  ["groupNorm", groupNorm(2, 2), images],
  ["instanceNorm", instanceNorm(2, { affine: true }), images],
  ["embedding", embedding(5, d), tokens],
  ["embedding with padding", embedding(5, d, { paddingIndex: 2 }), tokens],
  ["positionalEmbedding", positionalEmbedding(6, d), sequences],
  ["conv1d", conv1d(T, 2, 2, { stride: 2, padding: 1 }), sequences],
  ["conv2d", conv2d(2, 2, 2, { padding: 1 }), images],
  ["convTranspose1d", convTranspose1d(T, 1, 2), sequences],
  ["prelu", prelu(d, { axis: -1 }), sequences],
  ["radialBasis", radialBasis(d, 2), sequences],
  ["spectralNorm", spectralNorm(d, 2), sequences],
  ["swish", swish(2), images],
  ["weightNorm", weightNorm(d, 2), sequences],
] as const) {
  test(`T22 ${what}: as a model of its own its row is the Fisher information`, async (t) => {
    const [block] = await blocksOf(module, x, fullMetrics);
    const whole = await fisherOf(module, x);
    t.ok(gap(block?.to1DArray() ?? [], whole.to1DArray()) < 1e-12);
    t.ok(whole.trace() > 0.1, "not 0");
  });
}

test("T22 attention: the last projection's row is its block of the Fisher information", async (t) => {
  const model = attention(d, 1, { causal: true });
  const blocks = await denseBlocks(model, { x: sequences, metrics: fullMetrics });
  const whole = await fisherOf(model, sequences);
  const size = (d + 1) * d;
  const own = whole.subMatrix(3 * size, 4 * size - 1, 3 * size, 4 * size - 1);
  t.ok(gap(blocks.out?.to1DArray() ?? [], own.to1DArray()) < 1e-12);
  const first = whole.subMatrix(0, size - 1, 0, size - 1);
  t.ok(gap(blocks.query?.to1DArray() ?? [], first.to1DArray()) > 1e-2, "the first one's is local");
});

test("T23 embedding: the diagonal is how often a token is looked up per sample, padding left out", async (t) => {
  const flat = Array.from(tokens.data());
  for (const paddingIndex of [null, 2]) {
    const model = embedding(5, d, paddingIndex === null ? {} : { paddingIndex });
    const [block] = await blocksOf(model, tokens, fullMetrics);
    const counts = [0, 1, 2, 3, 4].flatMap((token) => {
      const count = token === paddingIndex ? 0 : flat.filter((one) => one === token).length / n;
      return [count, count];
    });
    t.ok(gap(block?.diagonal() ?? [], counts) < 1e-14, `padding ${paddingIndex}`);
    t.ok(Math.abs((block as Matrix).sum() - counts.reduce((a, b) => a + b)) < 1e-13, "diagonal");
  }
});

test("scaleRows: reduce is one row of the sums over positions, expand adds their products up", async (t) => {
  const x = matrixOf("rows", n * T, 1);
  const series = tensor(Float64Array.from(x.to1DArray()), { shape: [n, T, 1] });
  // γ and β of one feature that is not normalised: x̂ = x.
  const total = (s: number, power: number) =>
    x
      .to1DArray()
      .slice(s * T, (s + 1) * T)
      .reduce((all, v) => all + v ** power, 0);
  const [sum, square] = [(s: number) => total(s, 1), (s: number) => total(s, 2)];
  const mean = (of: (s: number) => number) => (of(0) + of(1) + of(2)) / n;
  const model = scaledOnly();
  for (const [sharing, expected] of [
    ["expand", [mean(square), mean(sum), mean(sum), T]],
    [
      "reduce",
      [mean((s) => sum(s) ** 2), mean((s) => T * sum(s)), mean((s) => T * sum(s)), T ** 2],
    ],
  ] as const) {
    const table = metrics(scaleRows({ sharing }));
    const [block] = await blocksOf(model, series, table);
    t.ok(gap(block?.to1DArray() ?? [], expected) < 1e-12, sharing);
  }
  t.throws(() => scaleRows({ sharing: "sum" as "reduce" }), /scaleRows: sharing must be "expand"/);
});

test("explain: what each part of a transformer costs", (t) => {
  const model = sequential(
    embedding(100, 16),
    positionalEmbedding(8, 16),
    transformerBlock(16, 2),
    dense(16, 100),
  );
  const { rows } = explain(model, {
    inputs: { shape: [8], type: "i32" },
    batchSize: 4,
    metrics: fullMetrics,
  });
  t.deepEqual(
    rows.map(({ params, form, d: length, m }) => `${params.join(" + ")}: ${form} ${length} × ${m}`),
    [
      "embedding0/table: lookupGram 100 × 16",
      "positionalEmbedding0/table: lookupGram 8 × 16",
      "transformerBlock0/attention/query: sharedGram 17 × 16",
      "transformerBlock0/attention/key: sharedGram 17 × 16",
      "transformerBlock0/attention/value: sharedGram 17 × 16",
      "transformerBlock0/attention/out: sharedGram 17 × 16",
      "transformerBlock0/attentionNorm/scale + transformerBlock0/attentionNorm/offset: scale and offset 2 × 16",
      "transformerBlock0/expand/w: unitGram 17 × 64",
      "transformerBlock0/contract/w: sharedGram 65 × 16",
      "transformerBlock0/feedNorm/scale + transformerBlock0/feedNorm/offset: scale and offset 2 × 16",
      "dense0/w: sharedGram 17 × 100",
    ],
  );
  t.ok(rows.every(({ build, apply }) => build > 0 && apply > 0));
  t.end();
});
