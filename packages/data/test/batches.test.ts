import { batches } from "@metrigrad/data";
import { DataError } from "@metrigrad/tensor";
import test from "tape";

const flat = (all: Int32Array[]) => all.flatMap((batch) => [...batch]);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

test("batches without a seed keeps the order", async (t) => {
  t.deepEqual(batches(7, 3), [Int32Array.of(0, 1, 2), Int32Array.of(3, 4, 5)]);
  t.deepEqual(batches(7, 3, { dropLast: false }).at(-1), Int32Array.of(6));
  t.deepEqual(batches(6, 3, { dropLast: false }).length, 2, "no empty batch at the end");
});

test("batches with a seed holds each row once", async (t) => {
  for (const [n, size] of [
    [1, 1],
    [10, 3],
    [100, 100],
    [101, 7],
  ] as const) {
    const all = batches(n, size, { seed: 3, dropLast: false });
    t.deepEqual(
      flat(all).sort((a, b) => a - b),
      upTo(n),
      `${n} rows`,
    );
    t.ok(all.slice(0, -1).every((batch) => batch.length === size));
    const kept = batches(n, size, { seed: 3 });
    t.deepEqual(kept, all.slice(0, Math.floor(n / size)), "dropLast drops the rest alone");
  }
});

test("batches is a function of seed and epoch", async (t) => {
  const of = (seed: number, epoch: number) => flat(batches(50, 5, { seed, epoch }));
  t.deepEqual(of(1, 2), of(1, 2));
  t.notDeepEqual(of(1, 2), of(1, 3));
  t.notDeepEqual(of(1, 2), of(2, 2));
  t.notDeepEqual(of(1, 0), upTo(50));
});

// Each of n rows is in the first batch of an epoch with probability size/n = 0.2. Over 2000 epochs
// the share of one row has a standard error of √(0.2·0.8/2000) = 0.009; seed 7, 5 standard errors.
const worst = (pass: (epoch: number) => Int32Array[]) => {
  const counts = new Float64Array(10);
  for (let epoch = 0; epoch < 2000; epoch++) for (const row of pass(epoch)[0]!) counts[row]!++;
  return Math.max(...counts.map((count) => Math.abs(count / 2000 - 0.2) / 0.00894));
};

test("every row is as likely as every other to come first", async (t) => {
  const errors = worst((epoch) => batches(10, 2, { seed: 7, epoch }));
  t.ok(errors < 5, `the worst row is off by ${errors.toFixed(1)} standard errors`);
});

test("the check of likelihoods rings where one row comes first too often", async (t) => {
  const errors = worst((epoch) => {
    const first = batches(10, 2, { seed: 7, epoch })[0]!;
    return [epoch % 10 === 0 ? Int32Array.of(0, 1) : first];
  });
  t.ok(errors >= 5, `the worst row is off by ${errors.toFixed(1)} standard errors`);
});

test("batches refuses sizes that make no batch", async (t) => {
  t.throws(() => batches(10, 0), /batches: a batch must have an integer .* 1 or more, got 0;/);
  t.throws(() => batches(10, 2.5), /got 2.5/);
  t.throws(
    () => batches(10, 11),
    /at most as many rows as the data, 10, got 11; .*dropLast: false/,
  );
  t.throws(() => batches(0, 1), DataError);
  t.throws(() => batches(NaN, 1), /number of rows must be .*got NaN/);
  t.deepEqual(batches(10, 11, { dropLast: false }), [Int32Array.from(upTo(10))]);
  t.throws(() => batches(10, 5, { seed: 0.5 }), /seed must be .*got 0.5/);
  t.throws(() => batches(10, 5, { seed: 1, epoch: -1 }), /epoch must be .*got -1/);
});
