import { dataSet, isStream, type SplitParts, type StreamParts, streamData } from "@metrigrad/data";
import { DataError, type Tensor } from "@metrigrad/tensor";
import test, { type Test } from "tape";

const batch = (rows: number, value = 1) => ({
  inputs: { x: new Float32Array(rows).fill(value), words: [Int32Array.from({ length: rows })] },
  targets: Array.from({ length: rows }, (_, row) => row % 2),
});

async function take<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of batches) all.push(one);
  return all;
}

async function rejects(t: Test, pass: AsyncIterable<unknown>, message: RegExp): Promise<void> {
  try {
    await take(pass);
    t.fail("must throw");
  } catch (error) {
    t.ok(error instanceof DataError, String(error));
    t.match((error as Error).message, message);
  }
}

test("streamData gives checked batches of tensors, pass after pass", async (t) => {
  const epochs: number[] = [];
  const stream = streamData({
    name: "log",
    train: async function* (epoch) {
      epochs.push(epoch);
      yield batch(4);
      yield batch(4);
      yield batch(2);
    },
    valid: function* () {
      yield batch(7);
    },
    rows: 10,
    classes: 2,
    inputScale: { x: 0.5 },
  });
  t.ok(isStream(stream) && Object.isFrozen(stream));
  t.notOk(isStream(dataSet({ train: { inputs: [1], targets: [1] } })));
  t.deepEqual([stream.name, stream.rows, stream.classes], ["log", 10, 2]);
  t.notOk("test" in stream);
  for (const epoch of [0, 1]) {
    const batches = await take(stream.train(epoch));
    const rows: number[] = batches.map(({ inputs }) => inputs.x.shape[0] as number);
    t.deepEqual(rows, [4, 4, 2]);
    const targets: Tensor | undefined = batches[0]?.targets;
    t.deepEqual([targets?.dtype, targets?.toArray()], ["i32", [0, 1, 0, 1]]);
  }
  t.deepEqual(epochs, [0, 1]);
  t.equal((await take(stream.valid?.(0) as AsyncIterable<unknown>)).length, 1);
});

test("a pass that is left early ends its generator", async (t) => {
  let ended = false;
  const stream = streamData({
    train: async function* () {
      try {
        for (;;) yield batch(2);
      } finally {
        ended = true;
      }
    },
  });
  for await (const _ of stream.train(0)) break;
  t.ok(ended);
});

const from = (...batches: unknown[]) =>
  ({ train: () => batches }) as unknown as StreamParts<SplitParts>;
const two = batch(2);
const wrong: [string, StreamParts, RegExp][] = [
  [
    "no batch",
    from(),
    /streamData\(stream\): train must yield at least one batch, got none; return a new/,
  ],
  ["a batch that is none", from(two, 7), /train batch 1 must be a split, got a number/],
  [
    "another row",
    from(two, { ...two, targets: [[1], [2]] }),
    /a row of train batch 1 targets must have the type and shape of train batch 0's, float \[\], got float \[1\]/,
  ],
  [
    "another tree",
    from(two, { ...two, inputs: [1, 2] }),
    /train batch 1 inputs: the tree must have a record/,
  ],
  [
    "NaN",
    from(two, batch(2, NaN)),
    /train batch 1 inputs\/x must be finite, got NaN in row 0, column 0/,
  ],
  [
    "rows that differ",
    from({ ...two, targets: [1] }),
    /the train batch 0 split must have one row of targets/,
  ],
  ["a larger batch", from(two, batch(3)), /not more than the first, 2, got 3 in batch 1/],
  [
    "a batch of no rows",
    from({ inputs: new Float32Array(0), targets: new Float32Array(0) }),
    /must have 1 row or more/,
  ],
  [
    "a short batch in between",
    from(two, batch(1), two),
    /only the last batch of train may have fewer rows than the first, 2, got 1 in batch 1/,
  ],
  [
    "other rows than said",
    { ...from(two, two), rows: 5 },
    /a pass over train must have 5 rows, as the option rows says, got 4/,
  ],
  [
    "classes that are not there",
    { ...from(two), classes: 1 },
    /train batch 0 targets must be .* 0 … 0, got 1 in row 1/,
  ],
  [
    "a scale without a leaf",
    { ...from(two), inputScale: { y: 2 } },
    /a record by the leaves "x", "words\/0", got "y"/,
  ],
  [
    "no iterable",
    { train: (() => 3) as never },
    /train must return an async iterable, got a number/,
  ],
];

for (const [what, parts, says] of wrong) {
  test(`a stream refuses ${what}`, (t) => rejects(t, streamData(parts).train(0), says));
}

test("valid is compared with train", async (t) => {
  const stream = streamData({
    train: () => [two],
    valid: () => [{ ...two, targets: [[1], [2]] }],
  } as StreamParts);
  await take(stream.train(0));
  await rejects(
    t,
    stream.valid?.(0) as AsyncIterable<unknown>,
    /a row of valid batch 0 targets must have .* train batch 0's/,
  );
});

test("streamData refuses what is no stream", async (t) => {
  const make = (parts: unknown) => () => streamData(parts as StreamParts);
  t.throws(make(undefined), /streamData: options must be an object/);
  t.throws(
    make({}),
    /streamData\(stream\): train must be a function, got a undefined; pass an async/,
  );
  t.throws(make({ train: two }), /train must be a function, got a object/);
  t.throws(make({ ...from(two), valid: [two] }), /valid must be a function, got a object/);
  t.throws(make({ ...from(two), rows: 0 }), /rows must be an integer, 1 or more, got 0/);
  t.throws(make({ ...from(two), name: "" }), /name must be a text/);
  t.throws(make({ ...from(two), row: 1 }), /options must be among .* got row;/);
});

test("a batch that is read in another way than the stream is refused", async (t) => {
  const batch = { inputs: [[1], [2]], targets: [1, 2], inputScale: 0.5 };
  const same = streamData({ train: () => [batch], inputScale: 0.5 });
  t.equal((await take(same.train(0))).length, 1);
  const other = streamData({ train: () => [batch] });
  await rejects(
    t,
    other.train(0),
    /train batch 0 must have the inputScale of the stream, none, got 0.5; say it once/,
  );
});

test("batches of a pass all have weights, or none has", async (t) => {
  const bare = { inputs: [[1], [2]], targets: [1, 2] };
  const weighted = { ...bare, weights: [1, 3] };
  const late = streamData({ train: () => [bare, weighted] });
  await rejects(t, late.train(0), /train batch 1 must have no weights, as the first has none, got/);
  const early = streamData({ train: () => [weighted, bare] });
  await rejects(t, early.train(0), /train batch 1 must have weights, as the first has, got none/);
});
