import { splitRows } from "@metrigrad/data";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

const rows = 20;
const pool = {
  inputs: tensor(Array.from({ length: rows }, (_, i) => [i, 2 * i])),
  targets: tensor(Int32Array.from({ length: rows }, (_, i) => 100 + i)),
};
const split = (seed: number, sizes: readonly [number, number, number] = [12, 5, 3]) =>
  splitRows(pool, sizes, { seed });
const targets = (parts: ReturnType<typeof split>) =>
  [parts.train, parts.valid, parts.test].flatMap((part) => [...part.targets.data()]);

test("splitRows deals every row once, inputs beside their targets", async (t) => {
  const parts = split(1);
  t.deepEqual(parts.train.inputs.shape, [12, 2]);
  t.deepEqual(parts.valid.inputs.shape, [5, 2]);
  t.deepEqual(parts.test.targets.shape, [3]);
  t.deepEqual(
    targets(parts).toSorted((a, b) => a - b),
    [...pool.targets.data()],
  );
  for (const { inputs, targets } of [parts.train, parts.valid, parts.test]) {
    const expected = [...targets.data()].map((target) => [target - 100, 2 * (target - 100)]);
    t.deepEqual(inputs.toArray(), expected);
  }
});

test("splitRows is a function of the seed, and shuffles", async (t) => {
  t.deepEqual(targets(split(1)), targets(split(1)));
  t.notDeepEqual(targets(split(1)), targets(split(2)));
  t.notDeepEqual(targets(split(1)), [...pool.targets.data()]);
});

test("splitRows keeps how inputs are read", async (t) => {
  const { train, test: last } = splitRows({ ...pool, inputScale: 0.5 }, [12, 5, 3], { seed: 1 });
  t.deepEqual([train.inputScale, last.inputScale], [0.5, 0.5]);
  t.notOk("inputScale" in split(1).train);
});

test("splitRows leaves out what the sizes do not ask for", async (t) => {
  t.deepEqual(targets(split(1, [4, 0, 2])), targets(split(1)).slice(0, 6));
});

test("splitRows refuses sizes that do not fit, and seeds that are none", async (t) => {
  t.throws(() => split(1, [12, 5, 4]), /splitRows: the sizes must .* at most 20, .* \[12, 5, 4\]/);
  t.throws(() => split(1, [-1, 5, 4]), /non-negative integers/);
  t.throws(() => split(1, [1.5, 5, 4]), /non-negative integers/);
  t.throws(() => split(-1), /splitRows: seed must be an integer in 0 … 2³²−1, got -1/);
});

test("splitRows deals trees with their weights, and lists of anything, in the same order", async (t) => {
  const numbers = Array.from({ length: 6 }, (_, i) => i);
  const sizes = [3, 2, 1] as const;
  const parts = splitRows(
    { inputs: { a: numbers, b: [Int32Array.from(numbers)] }, targets: numbers, weights: numbers },
    sizes,
    { seed: 4 },
  );
  const rows = splitRows(numbers, sizes, { seed: 4 });
  for (const name of ["train", "valid", "test"] as const) {
    const { inputs, targets, weights } = parts[name];
    t.deepEqual(inputs.a.toArray(), rows[name]);
    t.deepEqual(
      inputs.b.map((leaf) => leaf.toArray()),
      [rows[name]],
    );
    t.deepEqual(targets.toArray(), rows[name]);
    t.deepEqual(weights?.toArray(), rows[name]);
  }
  t.throws(
    () => splitRows({ inputs: [1, 2], targets: [1] }, [1, 0, 0], { seed: 1 }),
    /splitRows: the pool split must have one row of targets/,
  );
});
