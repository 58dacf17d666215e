import test from "tape";
import { countsTo } from "../../../src/cli/plan/planFile.ts";
import { largestFrom, predictions, type RankWork } from "../../../src/cli/plan/predict.ts";

const work = (ranks: number, rows: number, more: Partial<RankWork> = {}): RankWork => ({
  ...{
    ranks,
    rows,
    compute: rows * 1e-3,
    metric: 4e-3,
    factorise: 1e-3,
    bytes: 1e6,
    from: "measured",
  },
  exchanges: ranks === 1 ? [] : [{ kind: "allreduce", bytes: 1e6, perStep: 1 }],
  ...more,
});
/** 1 ms a message, 1 ns a byte: by ring, 2(n − 1) ms + 2(n − 1)/n ms. */
const network = { latency: 1e-3, bandwidth: 1e9 };
const near = (t: test.Test, got: number | undefined, wanted: number, name: string) =>
  t.ok(Math.abs((got as number) - wanted) < 1e-9, `${name}: ${got}, wanted ${wanted}`);

test("predictions: weak scaling by hand", (t) => {
  const [one, two, four] = predictions(
    [1, 2, 4].map((n) => work(n, 8)),
    network,
    "ring",
  );
  near(t, one?.total, 12e-3, "one rank");
  near(t, one?.speedup, 1, "speed-up of one");
  near(t, two?.communicate, 3e-3, "two ranks");
  near(t, two?.speedup, (2 * 12) / 15, "speed-up of two");
  near(t, two?.efficiency, 12 / 15, "efficiency of two");
  near(t, four?.communicate, 7.5e-3, "four ranks");
  near(t, four?.efficiency, 12 / 19.5, "efficiency of four");
  t.end();
});

test("predictions: strong scaling by hand, and exchanges that are not in every step", (t) => {
  const rare = [
    { kind: "allreduce", bytes: 1e6, perStep: 1 },
    { kind: "allgather", bytes: 2e6, perStep: 0.5 },
  ] as const;
  const [, two] = predictions([work(1, 8), work(2, 4, { exchanges: rare })], network, "ring");
  // The allgather takes 1 ms + ½·2 ms, every other step.
  near(t, two?.communicate, 4e-3, "communicate");
  near(t, two?.total, 12e-3, "total");
  near(t, two?.speedup, 1, "no gain");
  near(t, two?.efficiency, 0.5, "half");
  const [unknown] = predictions([work(1, 8, { metric: null, factorise: null })], network, "ring");
  near(t, unknown?.total, 8e-3, "a metric that is not known");
  t.end();
});

test("largestFrom: from which number of ranks on", (t) => {
  const rows = predictions(
    [8, 4, 2, 1].map((n, at) => work(2 ** at, n)),
    network,
    "ring",
  );
  // Milliseconds of compute 8, 4, 2, 1; metric 4; communicate 0, 3, 7.5, 15.75.
  t.equal(largestFrom(rows, "communicate"), 4);
  t.equal(largestFrom(rows, "compute"), null, "not at the end");
  t.equal(largestFrom(rows, "metric"), null);
  const free = predictions(
    [8, 4, 2, 1].map((n, at) => work(2 ** at, n, { exchanges: [] })),
    network,
    "ring",
  );
  t.equal(largestFrom(free, "metric"), 4, "equal parts are no largest one");
  t.equal(largestFrom(free.slice(0, 1), "compute"), 1);
  t.end();
});

test("countsTo: powers of two, and the number itself", (t) => {
  t.deepEqual(countsTo(1), [1]);
  t.deepEqual(countsTo(8), [1, 2, 4, 8]);
  t.deepEqual(countsTo(48), [1, 2, 4, 8, 16, 32, 48]);
  t.end();
});
