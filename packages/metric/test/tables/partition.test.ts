/** The same model with finer and coarser geometry. */
import { add, mul } from "@metrigrad/graph";
import {
  explain,
  fisher,
  fullMetrics,
  metrics,
  type Partition,
  partition,
  rfim,
  stackedMetrics,
  standardMetrics,
} from "@metrigrad/metric";
import {
  batchNorm,
  bernoulli,
  categorical,
  defModule,
  dense,
  freeze,
  gaussian,
  type RowLaw as Law,
  type Module,
  sequential,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks, subsystemsOf, withStore } from "../support/dense.ts";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const x = matrixOf("x", 4, 2);
const tanh = { activation: "tanh" };

/** The whole model's Fisher information. */
function wholeOf(model: Module, likelihood: Law, values = {}): Promise<Matrix> {
  return withStore(model, values, async (store) => {
    const g = await fisher(model, asTensor(x), { store, likelihood });
    return asMatrix(await g.toDense());
  });
}

/** The blocks by a partition, each as a matrix. */
function blocksOf(model: Module, by: Partition, likelihood?: Law, table = fullMetrics) {
  return denseBlocks(model, {
    x,
    metrics: partition(model, by, table),
    ...(likelihood === undefined ? {} : { likelihood }),
  });
}

const shared = dense(2, 2, tanh);
const branch = dense(2, 2, { activation: "sigmoid" });
/** x + f(x), beside what `shared` does. */
const skip = defModule({
  name: "skip",
  children: () => [branch],
  apply: (_, h, { call }) => add(h, call(branch, h)),
});

const models: readonly (readonly [name: string, model: Module])[] = [
  ["three layers", sequential(dense(2, 3, tanh), dense(3, 2, { activation: "relu" }), dense(2, 2))],
  ["batch normalisation", sequential(dense(2, 3, tanh), batchNorm(3), dense(3, 2))],
  ["a module used twice", sequential(shared, shared, dense(2, 2))],
  ["a module used twice, last", sequential(dense(2, 2, tanh), shared, shared)],
  ["a branch", sequential(skip(), dense(2, 2, tanh), dense(2, 2))],
];

for (const [name, model] of models) {
  test(`partition "whole", ${name}: the only block is the whole model's Fisher information`, async (t) => {
    for (const likelihood of [categorical(), bernoulli({ values: [-1, 1] })]) {
      const blocks = await blocksOf(model, "whole", likelihood);
      const expected = await wholeOf(model, likelihood);
      t.equal(Object.keys(blocks).length, 1);
      const [block = Matrix.zeros(0, 0)] = Object.values(blocks);
      t.ok(gap(block.to1DArray(), expected.to1DArray()) < 1e-12, likelihood.name);
    }
  });
}

/** Ends without parameters. */
const doubled = defModule({ name: "doubled", apply: (_, h) => mul(h, 2) });

test('partition "whole": the response is the output also where the last module is frozen or has no parameters', async (t) => {
  const [first, last] = [dense(2, 3, tanh), dense(3, 2)];
  for (const end of [freeze(last), sequential(freeze(last), doubled()), doubled()]) {
    const model = sequential(first, end);
    const likelihood = categorical();
    const expected = await wholeOf(model, likelihood);
    const tables = [
      partition(model, "whole"),
      stackedMetrics({ layers: Number.POSITIVE_INFINITY }),
      metrics.diagonal(),
    ];
    const found = await Promise.all(
      tables.map((table) => denseBlocks(model, { x, metrics: table, likelihood })),
    );
    const [whole, stacked, diagonal] = found.map((one) => one["dense0/w"] ?? Matrix.zeros(0, 0));
    t.ok(gap(whole?.to1DArray() ?? [], expected.to1DArray()) < 1e-12, "whole");
    t.ok(gap(stacked?.to1DArray() ?? [], expected.to1DArray()) < 1e-12, "stacked");
    t.ok(gap(diagonal?.diag() ?? [], expected.diag()) < 1e-12, "diagonal");
  }
});

test('partition "layer": the rows of the table as they are', (t) => {
  const [, model] = models[0] as (typeof models)[0];
  t.equal(partition(model, "layer", standardMetrics), standardMetrics);
  t.equal(partition(model, "layer"), fullMetrics);
  t.end();
});

test('partition "neuron": what couples the units of a layer is left out', async (t) => {
  const [, model] = models[0] as (typeof models)[0];
  const layers = await blocksOf(model, "layer", categorical());
  const units = await blocksOf(model, "neuron", categorical());
  for (const [name, layer] of Object.entries(layers)) {
    const m = name === "dense0/w" ? 3 : 2;
    const expected = layer.to2DArray().map((row, k) => {
      return row.map((value, l) => (k % m === l % m ? value : 0));
    });
    t.ok(gap(units[name]?.to1DArray() ?? [], expected.flat()) < 1e-14, name);
  }
  const last = layers["dense2/w"] as Matrix;
  t.ok(Math.abs(last.get(0, 1)) > 1e-3, "the soft-max layer couples its units");
  const place = { x, metrics: partition(model, "neuron", fullMetrics), likelihood: categorical() };
  t.deepEqual(
    subsystemsOf(model, place).map(({ block }) => [block?.form, block?.matrices]),
    [
      ["unitGram", 3],
      ["unitGram", 2],
      ["softmaxGram by unit", 2],
    ],
  );
});

test("partition by groups: each is J'F_rJ of its last response given its inputs, others keep their rows", async (t) => {
  const [first, second, third] = [dense(2, 3, tanh), dense(3, 2, tanh), dense(2, 2)];
  const model = sequential(first, second, third);
  const blocks = await blocksOf(model, [[first, second]], categorical());
  t.deepEqual(Object.keys(blocks), ["dense0/w + dense1/w", "dense2/w"]);
  // The tanh layer's law is that of ±1; its natural coordinate is t, so the response has no activation.
  const alone = sequential(first, dense(3, 2));
  const values = await withStore(model, {}, async (store) => ({
    "dense0/w": asMatrix(await store.read("dense0/w")),
    "dense1/w": asMatrix(await store.read("dense1/w")),
  }));
  const expected = await wholeOf(alone, bernoulli({ values: [-1, 1] }), values);
  t.ok(gap(blocks["dense0/w + dense1/w"]?.to1DArray() ?? [], expected.to1DArray()) < 1e-12);
  const layers = await blocksOf(model, "layer", categorical());
  t.ok(gap(blocks["dense2/w"]?.to1DArray() ?? [], layers["dense2/w"]?.to1DArray() ?? []) === 0);
  const [group] = subsystemsOf(model, { x, metrics: partition(model, [[first, second]]) });
  t.equal(group?.path, "dense0 + dense1");
  t.deepEqual(
    group?.applications.map(({ module }) => module),
    [first, second],
  );
  t.equal(group?.responses()[0]?.law.name, "bernoulli{-1, 1}");
});

test("partition by groups: responses that do not read one another add up", async (t) => {
  const [left, right] = [dense(2, 2, tanh), dense(2, 2, { activation: "sigmoid" })];
  const sum = defModule({
    name: "sum",
    children: () => [left, right],
    apply: (_, h, { call }) => add(call(left, h), call(right, h)),
  });
  const model = sequential(sum(), dense(2, 2));
  const blocks = await blocksOf(model, [[left, right]], categorical());
  const layers = await blocksOf(model, "layer", categorical());
  const [a, b] = ["sum0/dense0/w", "sum0/dense1/w"].map((name) => layers[name] as Matrix);
  const expected = Matrix.zeros(12, 12);
  expected.setSubMatrix(a as Matrix, 0, 0).setSubMatrix(b as Matrix, 6, 6);
  const group = blocks["sum0/dense0/w + sum0/dense1/w"];
  t.ok(gap(group?.to1DArray() ?? [], expected.to1DArray()) < 1e-13);
  const place = { x, metrics: partition(model, [[left, right]]) };
  const [one] = subsystemsOf(model, place);
  t.deepEqual(
    one?.responses().map(({ law }) => law.name),
    ["bernoulli{-1, 1}", "bernoulli{0, 1}"],
  );
});

test("partition: generator and discriminator respond with the visible variables and the label", async (t) => {
  const generator = sequential(dense(2, 3, tanh), dense(3, 2));
  const discriminator = sequential(dense(2, 3, tanh), dense(3, 1));
  const model = sequential(generator, discriminator);
  const label = bernoulli();
  const blocks = await blocksOf(model, [[generator], [discriminator]], label);
  const [g, d] = Object.values(blocks) as [Matrix, Matrix];
  await withStore(model, {}, async (store) => {
    const part = async (path: string, own: Module, law: Law, inputs: Matrix) => {
      const values: Record<string, Matrix> = {};
      for (const { path: name } of own.variables) {
        values[name] = asMatrix(await store.read(`${path}/${name}`));
      }
      return withStore(own, values, async (alone) => {
        const whole = await fisher(own, asTensor(inputs), { store: alone, likelihood: law });
        return asMatrix(await whole.toDense()).to1DArray();
      });
    };
    const visible = await part("sequential0", generator, gaussian(), x);
    t.ok(gap(g.to1DArray(), visible) < 1e-12, "y ~ N(visible, 1) given the noise");
    const w = async (name: string) => asMatrix(await store.read(name));
    const h = augmentedTanh(x, await w("sequential0/dense0/w"));
    const seen = withOne(h).mmul(await w("sequential0/dense1/w"));
    const judged = await part("sequential1", discriminator, label, seen);
    t.ok(gap(d.to1DArray(), judged) < 1e-12, "the label given what is seen");
  });
});

function withOne(rows: Matrix): Matrix {
  return rows.clone().addColumn(rows.columns, new Array<number>(rows.rows).fill(1));
}

function augmentedTanh(rows: Matrix, w: Matrix): Matrix {
  return new Matrix(
    withOne(rows)
      .mmul(w)
      .to2DArray()
      .map((row) => row.map(Math.tanh)),
  );
}

test("partition: frozen modules are in no group, their values count", async (t) => {
  const [first, last] = [dense(2, 3, tanh), dense(3, 2)];
  const [frozen, whole] = [sequential(freeze(first), last), sequential(first, last)];
  const part = Object.values(await blocksOf(frozen, "whole", categorical()))[0] as Matrix;
  const all = await wholeOf(whole, categorical());
  t.ok(gap(part.to1DArray(), all.subMatrix(9, 16, 9, 16).to1DArray()) < 1e-13);
});

test("partition: rfim solves and measures with the block over several parameters, explain shows it", async (t) => {
  const model = sequential(dense(2, 3, tanh), batchNorm(3), dense(3, 2));
  const table = partition(model, "whole");
  const likelihood = categorical();
  await withStore(model, {}, async (store) => {
    const parts = await rfim(model, asTensor(x), { store, likelihood, metrics: table });
    const whole = await fisher(model, asTensor(x), { store, likelihood });
    const gradient: Record<string, Tensor> = {};
    for (const { path: name, spec } of model.variables) {
      const { shape, role } = spec;
      if (role !== "parameter") continue;
      const size = shape.reduce((product, each) => product * each, 1);
      const values = Float64Array.from(matrixOf(name, 1, size).to1DArray());
      gradient[name] = tensor(values, { shape });
    }
    const damping = { relative: 0.01 };
    const [got, expected] = [
      await parts.solve(gradient, damping),
      await whole.solve(gradient, damping),
    ];
    t.deepEqual(Object.keys(got).sort(), Object.keys(gradient).sort());
    for (const [name, value] of Object.entries(expected)) {
      t.deepEqual(got[name]?.shape, value.shape);
      t.ok(gap(got[name]?.data() ?? [], value.data()) < 1e-11, name);
    }
    t.ok(Math.abs((await parts.length(gradient)) - (await whole.length(gradient))) < 1e-11);
  });
  t.throws(
    () => explain(model, { batchSize: 4, likelihood, metrics: table }),
    /partition by whole: each response must depend on one sample only, got sum over the samples in batchNorm0; apply the model in inference mode/,
    "batch statistics mix samples",
  );
  const { rows } = explain(model, { batchSize: 4, likelihood, metrics: table, mode: "infer" });
  t.deepEqual(
    rows.map(({ path, law }) => [path, law]),
    [["dense0 + batchNorm0 + dense1", "categorical"]],
  );
});
