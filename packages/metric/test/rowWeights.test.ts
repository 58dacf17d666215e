/** Weights of samples: a batch with weights is the batch in which samples are repeated. */
import { gather, matmul, mean, mul, type Node, reshape, tanh, transpose } from "@metrigrad/graph";
import {
  autoMetric,
  fullMetrics,
  kfacMetrics,
  linearMetrics,
  linearRows,
  lookupRows,
  type MetricTable,
  metrics,
  paperMetrics,
  partition,
  plain,
  scaleUses,
  stackedMetrics,
  standardMetrics,
} from "@metrigrad/metric";
import {
  type AnyLaw,
  type AnyModule,
  batchNorm,
  categorical,
  defModule,
  dense,
  gaussian,
  glorotUniform,
  independent,
  param,
  sequential,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks } from "./support/dense.ts";
import { asTensor, matrixOf } from "./support/draws.ts";
import { gap } from "./support/evaluate.ts";

const weights = [2, 0, 1, 3];
/** Samples as often as they count. */
const repeated = weights.flatMap((count, s) => new Array<number>(count).fill(s));
const T = 3;

const means = defModule({ name: "means", apply: (_, x: Node) => mean(x, { axis: 1 }) });
const embedding = defModule({
  name: "embedding",
  params: { table: param([5, 2], glorotUniform) },
  apply: ({ table }, tokens: Node) => gather(table, tokens),
});
/** Looks up, scales and multiplies rows of which those of one time step lie together. */
const timeFirst = defModule({
  name: "timeFirst",
  params: {
    table: param([5, 2], glorotUniform),
    gain: param([2], () => [0.7, -1.3]),
    w: param([2, 3], glorotUniform),
  },
  apply: ({ table, gain, w }, tokens: Node) => {
    const x = mul(gather(table, transpose(tokens)), gain);
    const t = matmul(reshape(x, [-1, 2]), w);
    const [n = 0, steps = 0] = tokens.shape;
    return tanh(mean(reshape(t, [steps, n, 3]), { axis: 0 }));
  },
});

/** Some samples of a batch [4, …]. */
function samplesOf(x: Tensor, which: readonly number[]): Tensor {
  const [, ...rest] = x.shape;
  const size = rest.reduce((a, b) => a * b, 1);
  const data = x.data();
  const all = which.flatMap((s) => [...data.slice(s * size, (s + 1) * size)]);
  const values = x.dtype === "i32" ? Int32Array.from(all) : Float64Array.from(all);
  return tensor(values, { shape: [which.length, ...rest] });
}

interface Case {
  readonly name: string;
  readonly model: AnyModule;
  readonly x: Tensor;
  readonly likelihood: AnyLaw;
}

// The sample that does not count is far from the others.
const rows = matrixOf("rows", 4, 2);
rows.setRow(1, [40, -30]);
const sequences = matrixOf("sequences", 4, T * 2);
sequences.setRow(1, [9, 8, -9, 7, -8, 9]);

const cases: readonly Case[] = [
  {
    name: "rows",
    model: sequential(dense(2, 3, { activation: "tanh" }), batchNorm(3), dense(3, 2)),
    x: asTensor(rows),
    likelihood: categorical(),
  },
  {
    name: "positions under one response",
    model: sequential(dense(2, 3, { activation: "tanh" }), means(), dense(3, 2)),
    x: tensor(Float64Array.from(sequences.to1DArray()), { shape: [4, T, 2] }),
    likelihood: categorical(),
  },
  {
    name: "positions with responses of their own",
    model: sequential(dense(2, 3, { activation: "relu" }), dense(3, 2)),
    x: tensor(Float64Array.from(sequences.to1DArray()), { shape: [4, T, 2] }),
    likelihood: independent(gaussian({ sigma: 0.5 })),
  },
  {
    name: "tokens",
    model: sequential(embedding(), dense(2, 3, { activation: "sigmoid" }), means(), dense(3, 2)),
    x: tensor(Int32Array.of(0, 1, 1, 4, 4, 4, 2, 1, 0, 3, 3, 2), { shape: [4, T] }),
    likelihood: categorical(),
  },
  {
    name: "time before samples",
    model: sequential(timeFirst(), dense(3, 2)),
    x: tensor(Int32Array.of(0, 1, 1, 4, 4, 4, 2, 1, 0, 3, 3, 2), { shape: [4, T] }),
    likelihood: categorical(),
  },
];

const ends = [linearRows({ sharing: "reduce" }), lookupRows(), plain(scaleUses)];
const tables = (model: AnyModule): Readonly<Record<string, MetricTable>> => ({
  linearMetrics,
  standardMetrics,
  fullMetrics,
  paperMetrics,
  "linear, reduce": metrics(...ends),
  "K-FAC": metrics.kfac(),
  "K-FAC, reduce": kfacMetrics({ sharing: "reduce" }),
  "K-FAC, two factors": kfacMetrics({ split: true }),
  EKFAC: metrics.ekfac(),
  diagonal: metrics.diagonal(),
  "quasi-diagonal": metrics.quasiDiagonal({ metrics: fullMetrics }),
  "two layers": stackedMetrics(),
  "all layers": stackedMetrics({ layers: Number.POSITIVE_INFINITY }),
  "the whole model": partition(model, "whole"),
  "two groups": partition(model, [model.children.slice(0, 1), model.children.slice(-1)]),
  neurons: partition(model, "neuron", fullMetrics),
  autoMetric: fullMetrics.with(autoMetric(dense)),
});

for (const { name, model, x, likelihood } of cases) {
  for (const [title, table] of Object.entries(tables(model))) {
    test(`row weights, ${name}, ${title}: weights are samples that are repeated, 0 one that is absent`, async (t) => {
      const place = { metrics: table, likelihood };
      const got = await denseBlocks(model, { ...place, x, weights });
      const expected = await denseBlocks(model, { ...place, x: samplesOf(x, repeated) });
      const plainly = await denseBlocks(model, { ...place, x });
      t.deepEqual(Object.keys(got), Object.keys(expected));
      t.ok(Object.keys(got).length > 0);
      for (const [path, block] of Object.entries(expected)) {
        const found = got[path]?.to1DArray() ?? [];
        t.ok(gap(found, block.to1DArray()) < 1e-12, `${path}: ${gap(found, block.to1DArray())}`);
      }
      const [path = ""] = Object.keys(got);
      const without = plainly[path] ?? Matrix.zeros(1, 1);
      t.ok(gap(got[path]?.to1DArray() ?? [], without.to1DArray()) > 1e-3, "weights count");
    });
  }
}
