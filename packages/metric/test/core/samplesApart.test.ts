/** Rows by automatic differentiation refuse modules that mix samples, and count the work of their rows. */
import {
  affine,
  concat,
  input,
  matmul,
  mean,
  type Node,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  tanh,
  transpose,
} from "@metrigrad/graph";
import { autoMetric, explain, metrics, partition } from "@metrigrad/metric";
import {
  type AnyModule,
  applyModel,
  batchNorm,
  defModule,
  dense,
  glorotUniform,
  type Mode,
  param,
  sequential,
} from "@metrigrad/nn";
import test from "tape";

/** A module on one matrix of weights. */
const by = (name: string, f: (x: Node, w: Node) => Node) =>
  defModule({
    name,
    params: { w: param([4, 4], glorotUniform) },
    apply: ({ w }, x: Node) => f(x, w),
  });

const told = (of: ReturnType<typeof by>, shape: readonly number[], mode: Mode = "train") =>
  explain(sequential(dense(4, 4), of() as never), {
    batchSize: 3,
    inputs: [...shape],
    mode,
    metrics: metrics(autoMetric(of), autoMetric(dense)),
  });

const attention = (h: Node, w: Node) =>
  matmul(softmax(matmul(matmul(h, w), h, { transposeB: true }), { axis: -1 }), h);

test("autoMetric: modules that mix samples are refused, with the op and the module", (t) => {
  const centred = by("centred", (x, w) => sub(matmul(x, w), mean(matmul(x, w), { axis: 0 })));
  const across = by("across", attention);
  const normed = by("normed", (x, w) => softmax(matmul(x, w), { axis: 0 }));
  for (const [of, how] of [
    [centred, "sum over the samples"],
    [across, "matmul of samples with one another"],
    [normed, "max over the samples"],
  ] as const) {
    const { name } = of.spec;
    t.throws(
      () => told(of, [4]),
      new RegExp(
        `MetricError: autoMetric of ${name}: each response must depend on one sample only, got ${how} in ${name}0; apply the model in inference mode`,
      ),
    );
  }
  t.end();
});

test("autoMetric: statistics of the batch are refused in training mode alone", (t) => {
  const explained = (mode: Mode) =>
    explain(batchNorm(3), { batchSize: 4, mode, metrics: metrics(autoMetric(batchNorm)) });
  t.throws(
    () => explained("train"),
    /autoMetric of batchNorm: .* got sum over the samples in batchNorm/,
  );
  t.equal(explained("infer").rows.length, 1);
  t.end();
});

test("autoMetric: modules that keep samples apart pass", (t) => {
  const layerNorm = by("layerNorm", (x, w) => {
    const h = matmul(x, w);
    return sub(h, mean(h, { axis: -1, keepDims: true }));
  });
  const positions = by("positions", (x, w) => reshape(attention(x, w), [x.shape[0] as number, -1]));
  t.equal(told(layerNorm, [4]).rows.length, 2);
  t.equal(told(positions, [5, 4]).rows.length, 2);
  t.end();
});

test("partition: groups that mix samples are refused in training mode", (t) => {
  const [first, norm, last] = [dense(2, 3), batchNorm(3), dense(3, 2)];
  const model = sequential(first, norm, last);
  const explained = (mode: Mode, group: readonly AnyModule[]) =>
    explain(model, { batchSize: 4, mode, metrics: partition(model, group) });
  t.throws(
    () => explained("train", [first, last]),
    /partition, group of dense0 \+ dense1: .* got sum over the samples in batchNorm0/,
    "between modules of the group",
  );
  t.equal(explained("infer", [first, last]).rows.length, 2);
  t.equal(explained("train", [last]).rows.length, 3, "a group behind them");
  t.end();
});

test("autoMetric: the work of its rows counts", (t) => {
  const [channels, features] = [64, 1024];
  // A convolution of 64 channels by its one patch, with 64 k weights.
  const conv = defModule({
    name: "conv",
    params: { w: param([features, channels], glorotUniform) },
    apply: ({ w }, x) => tanh(affine(x, concat([w, slice(w, [[0, 1]])], 0))),
  });
  const [row] = explain(conv(), {
    batchSize: 8,
    inputs: [features],
    metrics: metrics(autoMetric(conv)),
  }).rows;
  // 8·64 rows R'J of 64 k numbers, each by a product of one column.
  const rows = 8 * channels;
  const kernel = (rows * rows * features * channels) / 2 + rows ** 3 / 6;
  t.ok((row?.build ?? 0) >= kernel + rows * features * channels, `${row?.build}`);
  t.ok((row?.build ?? 0) < 2 * kernel, "and little else");
  const shared = defModule({
    name: "positions",
    params: { w: param([4, 2], glorotUniform) },
    apply: ({ w }, x) => mean(tanh(matmul(x, w)), { axis: 1 }),
  });
  const build = (positions: number) =>
    explain(shared(), {
      batchSize: 8,
      inputs: [positions, 4],
      metrics: metrics(autoMetric(shared)),
    }).build;
  t.ok(build(200) > 50 * 8 * 2 * 8 && build(200) > 10 * build(1), "more positions, more work");
  t.end();
});

test("autoMetric: a value computed outside of the module keeps what it is", (t) => {
  // The mean of the batch is an input of the module: given it, samples do not meet inside.
  const inner = by("inner", (x, w) => matmul(x, w));
  const child = inner();
  const outer = defModule({
    name: "outer",
    children: () => [child],
    apply: (_, x: Node, { call }) => call(child, sub(x, mean(x, { axis: 0 }))),
  });
  const applied = applyModel(outer(), input("x", [3, 4]));
  t.equal(applied.applications.length, 1);
  const explained = explain(outer(), {
    batchSize: 3,
    inputs: [4],
    metrics: metrics(autoMetric(inner)),
  });
  t.equal(explained.rows.length, 1);
  t.end();
});

test("autoMetric and partition: a module that takes or gives time before samples is refused", (t) => {
  // As many steps as samples: shapes alone do not tell them apart.
  const first = (x: Node) => transpose(x, [1, 0, 2]);
  const taking = defModule({
    name: "taking",
    options: () => ({ inner: dense(4, 4) }),
    children: ({ inner }) => [inner],
    apply: (_, x: Node, { options, call }) => sum(call(options.inner, first(x)), { axis: 0 }),
  });
  const giving = by("giving", (x, w) => first(reshape(matmul(reshape(x, [-1, 4]), w), [3, 3, 4])));
  const last = defModule({ name: "last", apply: (_, h: Node) => sum(h, { axis: 0 }) });
  for (const [model, path] of [
    [taking(), "dense0"],
    [sequential(giving(), last()), "giving0"],
  ] as const) {
    for (const table of [
      partition(model, "whole"),
      metrics(autoMetric(model.children[0] as never)),
    ]) {
      t.throws(
        () => explain(model, { batchSize: 3, inputs: [3, 4], metrics: table }),
        new RegExp(`metric of ${path}: samples must come first in what a module takes and gives`),
        `${path}, ${table.name}`,
      );
    }
  }
  t.end();
});
