/** Data of any shape: trees, integers, weights, own losses and metrics, streams. */
import { dataSet, type StreamSet, streamData } from "@metrigrad/data";
import { abs, add, gather, mean, type Node, relu, square, sub, sum } from "@metrigrad/graph";
import {
  batchNorm,
  bernoulli,
  categorical,
  defModule,
  dense,
  gaussian,
  glorotUniform,
  joint,
  type Module,
  masked,
  param,
  poisson,
  sequential,
  weighted,
} from "@metrigrad/nn";
import { adam, type Optimizer, rngd, sgd } from "@metrigrad/optim";
import { DataError, GraphError, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { type EpochEvent, fit, type Run } from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { toyModel } from "../toy.ts";

const common = { epochs: 3, seed: 1, backend: reference };

async function parameters(run: Run): Promise<Record<string, number[]>> {
  const own = run.store.variables.filter(({ spec }) => spec.role === "parameter");
  const read = async ({ path }: { path: string }) => [
    path,
    [...(await run.store.read(path)).data()],
  ];
  return Object.fromEntries(await Promise.all(own.map(read)));
}

/** Rows of words by index. */
const embedding = defModule({
  name: "words",
  params: { table: param([5, 3], glorotUniform, { decay: "none" }) },
  apply: ({ table }, indices) => gather(table, indices),
});

/** Two inputs, two outputs. */
const twoHeads = defModule({
  name: "twoHeads",
  options: () => ({
    words: embedding(),
    numbers: dense(2, 3),
    digit: dense(3, 2),
    angle: dense(3, 1),
  }),
  children: ({ words, numbers, digit, angle }) => [words, numbers, digit, angle],
  apply: (_, { word, numbers }: { word: Node; numbers: Node }, { call, options }) => {
    const hidden = add(call(options.words, word), relu(call(options.numbers, numbers)));
    return { response: { digit: call(options.digit, hidden), angle: call(options.angle, hidden) } };
  },
});

const rows = 24;
const range = (f: (row: number) => number) => Array.from({ length: rows }, (_, row) => f(row));
const treeData = dataSet({
  name: "trees",
  train: {
    inputs: {
      word: tensor(Int32Array.from(range((row) => row % 5))),
      numbers: tensor(
        Uint8Array.from(range((row) => (50 * row) % 256).flatMap((v) => [v, 255 - v])),
        {
          shape: [rows, 2],
        },
      ),
    },
    targets: {
      digit: range((row) => ((row % 5) + (row % 3) > 2 ? 1 : 0)),
      angle: range((row) => row / rows).map((value) => [value]),
    },
  },
  inputScale: { numbers: 1 / 255 },
  classes: { digit: 2 },
});

test("trees of inputs and targets, integers among them, under a joint law", async (t) => {
  const law = joint({ digit: categorical(), angle: gaussian({ sigma: 0.5 }) });
  for (const optimizer of [
    adam({ learningRate: 0.03 }),
    rngd({ learningRate: 0.2 }),
  ] as Optimizer[]) {
    const model = twoHeads();
    const run = fit(model, {
      ...common,
      data: treeData,
      likelihood: law,
      optimizer,
      batchSize: 8,
      epochs: 20,
      metrics: {
        angleError: (output, { angle }) => mean(abs(sub(output.angle, angle)), { axis: 1 }),
      },
    });
    const events = await run.finish();
    const [first, last] = [events[0], events.at(-1)] as [EpochEvent, EpochEvent];
    t.ok((last.trainCost ?? 9) < (first.trainCost ?? 0) - 0.05, `${optimizer.name} learns`);
    t.ok((last.trainMetrics?.angleError ?? 9) < 1);
    t.notOk("trainAccuracy" in last, "an angle has no accuracy");
    await run.close();
  }
  const narrow = sequential(dense(2, 3)) as Module;
  await rejects(
    t,
    fit(narrow, {
      ...common,
      data: treeData as never,
      likelihood: categorical(),
      optimizer: sgd(),
      batchSize: 8,
    }).finish(),
    Error,
    /./,
  );
});

/** Points with small whole weights, and the same with as many copies. */
function weightedData() {
  const counts = [1, 3, 2, 1, 4, 1];
  const x = counts.map((_, row) => [row / 3 - 1, (row * row) / 10]);
  const y = counts.map((_, row) => row % 3);
  const copies = counts.flatMap((count, row) => Array.from({ length: count }, () => row));
  const targets = (list: readonly number[]) => tensor(Int32Array.from(list));
  return {
    weighted: dataSet({
      train: { inputs: tensor(x), targets: targets(y), weights: counts },
      valid: { inputs: tensor(x), targets: targets(y), weights: counts },
    }),
    copied: dataSet({
      train: {
        inputs: tensor(copies.map((row) => x[row] as number[])),
        targets: targets(copies.map((row) => y[row] as number)),
      },
      valid: {
        inputs: tensor(copies.map((row) => x[row] as number[])),
        targets: targets(copies.map((row) => y[row] as number)),
      },
    }),
  };
}

test("a weight counts as so many copies of the row: step, metric, statistics and evaluation", async (t) => {
  const { weighted: one, copied } = weightedData();
  const optimizers: readonly Optimizer[] = [
    sgd({ learningRate: 0.3 }),
    adam({ learningRate: 0.02 }),
    rngd({ learningRate: 0.3 }),
    rngd.paper({ learningRate: 0.1 }),
  ];
  for (const optimizer of optimizers) {
    const ends: { events: readonly EpochEvent[]; values: Record<string, number[]> }[] = [];
    for (const data of [one, copied]) {
      const model = sequential(dense(2, 4, { activation: relu }), batchNorm(4), dense(4, 3));
      const batchSize = data === one ? 6 : 12;
      const run = fit(model, { ...common, data, likelihood: categorical(), optimizer, batchSize });
      ends.push({ events: await run.finish(), values: await parameters(run) });
      await run.close();
    }
    const [a, b] = ends as [(typeof ends)[0], (typeof ends)[0]];
    for (const [path, values] of Object.entries(a.values)) {
      const off = Math.max(
        ...values.map((value, at) => Math.abs(value - (b.values[path]?.[at] as number))),
      );
      t.ok(off < 1e-9, `${optimizer.name}: ${path} is off by ${off}`);
    }
    const numbers = ({ trainCost, validCost, validAccuracy }: EpochEvent) => [
      trainCost,
      validCost,
      validAccuracy,
    ];
    for (const [at, event] of a.events.entries()) {
      const other = numbers(b.events[at] as EpochEvent);
      const same = numbers(event).every(
        (value, i) => Math.abs((value ?? 9) - (other[i] ?? 0)) < 1e-9,
      );
      t.ok(same, `${optimizer.name}: evaluation of epoch ${at + 1}`);
    }
  }
});

test("sampleWeight: false leaves the weights out; a scalar loss cannot take them", async (t) => {
  const { weighted: data } = weightedData();
  const { weights: _, ...bare } = data.train;
  const options = { ...common, likelihood: categorical(), optimizer: sgd(), batchSize: 6 };
  const model = sequential(dense(2, 3));
  const without = fit(model, { ...options, data: dataSet({ train: bare }) });
  await without.finish();
  const off = fit(model, { ...options, data, sampleWeight: false });
  await off.finish();
  t.deepEqual(await parameters(off), await parameters(without));
  const { likelihood: __, ...others } = options;
  const scalar = fit(model, { ...others, data, loss: (output) => mean(square(output)) });
  await rejects(
    t,
    scalar.finish(),
    GraphError,
    /fit: the loss must have a value per sample, \[n\], where samples have weights/,
  );
});

test("an own loss: per sample or as a scalar, the same run; no likelihood, no accuracy", async (t) => {
  const x = range((row) => row / 8 - 1);
  const split = {
    inputs: tensor(x.map((value) => [value])),
    targets: tensor(x.map((value) => [3 * value - 1])),
  };
  const data = dataSet({ train: split, valid: split });
  const ends: Record<string, number[]>[] = [];
  const natural = rngd({ learningRate: 0.1 });
  for (const [scalar, optimizer] of [
    [false, sgd({ learningRate: 0.1 })],
    [true, sgd({ learningRate: 0.1 })],
    [false, natural],
    [true, natural],
  ] as const) {
    const model = dense(1, 1);
    const run = fit(model, {
      ...common,
      data,
      loss: (output, target) => {
        const each = sum(square(sub(output, target)), { axis: 1 });
        return scalar ? mean(each) : each;
      },
      optimizer,
      batchSize: 5,
      metrics: { mae: (output, target) => mean(abs(sub(output, target)), { axis: 1 }) },
      epochs: 30,
    });
    const events = await run.finish();
    const last = events.at(-1) as EpochEvent;
    t.ok((last.validCost ?? 9) < 1e-3 && (last.validMetrics?.mae ?? 9) < 0.05);
    t.notOk("validAccuracy" in last);
    ends.push(await parameters(run));
    await run.close();
  }
  const near = (a: Record<string, number[]> = {}, b: Record<string, number[]> = {}) =>
    a.w?.every((value, at) => Math.abs(value - (b.w?.[at] as number)) < 1e-12);
  t.ok(near(ends[0], ends[1]) && near(ends[2], ends[3]) && !near(ends[0], ends[2]));
});

test("targets that the law cannot observe are refused before training, wherever they are", async (t) => {
  const inputs = tensor([
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
  ]);
  const good = { inputs, targets: tensor(Int32Array.of(0, 1, 2, 0)) };
  const bad = { inputs, targets: tensor(Int32Array.of(0, 1, 2, 3)) };
  const run = (data: ReturnType<typeof dataSet>, likelihood = categorical()) =>
    fit(sequential(dense(2, 3)) as Module, {
      ...common,
      data: data as never,
      likelihood,
      optimizer: sgd(),
      batchSize: 2,
    }).finish();
  await rejects(
    t,
    run(dataSet({ train: good, valid: bad })),
    DataError,
    /fit\(data\), valid: targets must be integers from 0 to 2 for categorical, got 3 in row 3/,
  );
  await rejects(
    t,
    run(dataSet({ train: bad })),
    DataError,
    /fit\(data\), train: .* got 3 in row 3/,
  );
  const seven = {
    inputs,
    targets: tensor([
      [7, 0, 1],
      [0, 1, 0],
      [1, 1, 1],
      [0, 0, 0],
    ]),
  };
  await rejects(
    t,
    run(dataSet({ train: seven }), bernoulli()),
    DataError,
    /for bernoulli.*, got 7 in row 0, column 0/,
  );
  const half = { inputs, targets: tensor([0, 1, 1.5, 0]) };
  await rejects(t, run(dataSet({ train: half })), DataError, /got 1.5 in row 2/);
  const counts = {
    inputs,
    targets: tensor([
      [1, 0, 2],
      [0, -1, 0],
      [1, 1, 1],
      [0, 0, 0],
    ]),
  };
  await rejects(
    t,
    run(dataSet({ train: counts }), poisson()),
    DataError,
    /got -1 in row 1, column 1/,
  );
});

test("masks and weights may be among the targets", async (t) => {
  const inputs = tensor([
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
  ]);
  const value = tensor(Int32Array.of(0, 1, 99, 0));
  const model = sequential(dense(2, 3));
  const missing = dataSet({ train: { inputs, targets: { value, mask: tensor([1, 1, 0, 1]) } } });
  const options = { ...common, optimizer: rngd({ learningRate: 0.2 }), batchSize: 4 };
  const run = fit(model, { ...options, data: missing, likelihood: masked(categorical()) });
  const events = await run.finish();
  t.ok(events.every(({ trainCost = Number.NaN }) => Number.isFinite(trainCost)));
  const scaled = dataSet({ train: { inputs, targets: { value, weight: tensor([2, 1, 0, 1]) } } });
  const other = fit(model, { ...options, data: scaled, likelihood: weighted(categorical()) });
  t.equal((await other.finish()).length, 3);
});

test("a response that a mask leaves out may be NaN, one that counts may not", async (t) => {
  const inputs = tensor([[0], [1], [2], [3]]);
  const costs = await Promise.all(
    [Number.NaN, 7].map(async (anything) => {
      const value = tensor([[1], [anything], [2], [3]]);
      const data = dataSet({ train: { inputs, targets: { value, mask: tensor([1, 0, 1, 1]) } } });
      const own = { ...common, optimizer: rngd(), batchSize: 2, likelihood: masked(gaussian()) };
      return (await fit(dense(1, 1), { ...own, data }).finish()).map(({ trainCost }) => trainCost);
    }),
  );
  t.deepEqual(costs[0], costs[1]);
  const value = tensor([[1], [1], [Number.NaN], [3]]);
  const data = dataSet({ train: { inputs, targets: { value, mask: tensor([1, 0, 1, 1]) } } });
  await rejects(
    t,
    fit(dense(1, 1), {
      ...common,
      optimizer: rngd(),
      batchSize: 2,
      likelihood: masked(gaussian()),
      data,
    }).finish(),
    DataError,
    /train targets\/value must be finite, got NaN in row 2, column 0/,
  );
});

/** A stream of the batches that a data set gives in the epochs of a run. */
function streamOf(
  batches: readonly { inputs: number[][]; targets: number[] }[],
  withRows: boolean,
) {
  const train = async function* (epoch: number) {
    for (const [at] of batches.entries())
      yield batches[(at + epoch) % batches.length] as (typeof batches)[0];
  };
  const total = batches.reduce((sum, { targets }) => sum + targets.length, 0);
  const parts = { name: "stream", train, valid: train, classes: 3, inputScale: 0.5 };
  return withRows ? streamData({ ...parts, rows: total }) : streamData(parts);
}

test("a stream gives the result of resident data with the same batches", async (t) => {
  const sample = (row: number) => [Math.sin(row), Math.cos(3 * row)];
  const batch = (first: number, count: number) => ({
    inputs: Array.from({ length: count }, (_, at) => sample(first + at)),
    targets: Array.from({ length: count }, (_, at) => (first + at) % 3),
  });
  // One batch is the whole of the data, in the order of the shuffle.
  const whole = batch(0, 12);
  const resident = dataSet({
    train: { inputs: tensor(whole.inputs), targets: tensor(Int32Array.from(whole.targets)) },
    valid: { inputs: tensor(whole.inputs), targets: tensor(Int32Array.from(whole.targets)) },
    classes: 3,
    inputScale: 0.5,
  });
  const options = { ...common, likelihood: categorical(), optimizer: sgd({ learningRate: 0.5 }) };
  const stored = fit(toyModel(), { ...options, data: resident, batchSize: 12 });
  const fed = fit(toyModel(), {
    ...options,
    data: streamOf([whole], true),
    evaluate: { train: true },
  });
  const [a, b] = [await stored.finish(), await fed.finish()];
  const near = (x = 0, y = 9) => Math.abs(x - y) < 1e-12;
  t.ok(
    a.every(
      (event, at) =>
        near(event.trainCost, b[at]?.trainCost) && near(event.validCost, b[at]?.validCost),
    ),
  );
  t.deepEqual(
    a.map((event) => event.validAccuracy),
    b.map((event) => event.validAccuracy),
  );
  const [left, right] = [await parameters(stored), await parameters(fed)];
  t.ok(
    Object.entries(left).every(([path, values]) =>
      values.every((value, at) => near(value, right[path]?.[at])),
    ),
  );
});

test("a stream goes on where its store is, drops a short last batch and evaluates all rows", async (t) => {
  const batch = (first: number, count: number) => ({
    inputs: Array.from({ length: count }, (_, at) => [Math.sin(first + at), Math.cos(first + at)]),
    targets: Array.from({ length: count }, (_, at) => (first + at) % 3),
  });
  for (const withRows of [true, false]) {
    const data = withRows
      ? streamData({
          train: () => [batch(0, 4), batch(4, 4), batch(8, 2)],
          valid: () => [batch(0, 4), batch(4, 3)],
          rows: 10,
        })
      : streamData({
          train: () => [batch(0, 4), batch(4, 4), batch(8, 2)],
          valid: () => [batch(0, 7)],
        });
    const options = {
      data: data as StreamSet,
      likelihood: categorical(),
      optimizer: adam(),
      seed: 1,
      epochs: 3,
    };
    const steps: (number | null)[] = [];
    const through = fit(toyModel(), {
      ...options,
      backend: reference,
      onStep: (one) => steps.push(one.steps),
    });
    const whole = await through.finish();
    t.deepEqual(steps, new Array(6).fill(withRows ? 6 : null));
    t.notOk("trainCost" in (whole[0] as EpochEvent), "training rows are evaluated on request only");
    const model = toyModel();
    const store = await (await reference()).store(model, { seed: 1 });
    const first: Run = fit(model, {
      ...options,
      store,
      onStep: ({ step }) => step === 3 && first.stop(),
    });
    const parts = [...(await first.finish())];
    t.deepEqual([parts.length, first.aborted], [1, true]);
    parts.push(...(await fit(model, { ...options, store }).finish()));
    t.deepEqual(
      parts.map(({ epoch, validCost }) => [epoch, validCost]),
      whole.map(({ epoch, validCost }) => [epoch, validCost]),
    );
    await rejects(
      t,
      fit(model, { ...options, store }).finish(),
      GraphError,
      /must have steps left/,
    );
    const direct = dataSet({
      train: { ...batch(0, 7), targets: tensor(Int32Array.from(batch(0, 7).targets)) },
    });
    const evaluated: Run = fit(model, {
      ...options,
      data: direct as never,
      batchSize: 7,
      store,
      epochs: 99,
      onStep: () => evaluated.stop(),
    });
    await evaluated.finish();
    await through.close();
  }
});

test("a batch of a stream that the law cannot observe is refused as it comes", async (t) => {
  const data = streamData({
    train: () => [
      { inputs: [[1, 2]], targets: tensor(Int32Array.of(0)) },
      { inputs: [[1, 2]], targets: tensor(Int32Array.of(5)) },
    ],
  });
  const run = fit(toyModel(), { ...common, data, likelihood: categorical(), optimizer: sgd() });
  await rejects(t, run.finish(), DataError, /fit\(stream\), train: .* got 5 in row 0/);
});

test("weights of a stream are fed with its batches", async (t) => {
  const { weighted: one } = weightedData();
  const { inputs, targets, weights } = one.train;
  const data = streamData({ train: () => [{ inputs, targets, weights }] });
  const options = { ...common, likelihood: categorical(), optimizer: sgd({ learningRate: 0.3 }) };
  const fed = fit(sequential(dense(2, 3)), { ...options, data });
  await fed.finish();
  const stored = fit(sequential(dense(2, 3)), { ...options, data: one, batchSize: 6 });
  await stored.finish();
  const [a, b] = [await parameters(fed), await parameters(stored)];
  t.ok(
    a["dense0/w"]?.every((value, at) => Math.abs(value - (b["dense0/w"]?.[at] as number)) < 1e-12),
  );
});
