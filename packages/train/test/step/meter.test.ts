import type { Program } from "@metrigrad/graph";
import type { Plan } from "@metrigrad/tensor";
import test from "tape";
import { metered } from "../../src/step/meter.ts";
import { metricShares } from "../../src/step/metricShare.ts";
import { meanTimes } from "../../src/step/stepTime.ts";

/** A program of which only the metric's share in its steps and their times are known. */
function fake(metric: readonly (number | undefined)[], times: readonly number[] | null) {
  const counts = { runs: 0, profiles: 0 };
  const steps = metric.map((share) => (share === undefined ? {} : { metric: share }));
  const program = {
    plan: { steps } as unknown as Plan,
    run: async () => {
      counts.runs++;
      return "outputs";
    },
    profile:
      times === null
        ? null
        : async () => {
            counts.profiles++;
            return times;
          },
    close: async () => {},
  };
  return { program: program as unknown as Program<string>, counts };
}

test("a step's share of the metric is what the plan says", (t) => {
  const { program } = fake([undefined, 1, 0.25, 0], null);
  t.deepEqual(metricShares(program.plan), [0, 1, 0.25, 0]);
  t.end();
});

test("few runs are measured step by step, and all of them count", async (t) => {
  const { program, counts } = fake([undefined, 1], [3e-3, 1e-3]);
  const meter = metered(program);
  const begun = performance.now();
  for (let run = 0; run < 60; run++) await meter.run({});
  const elapsed = (performance.now() - begun) / 1000;
  t.deepEqual(counts, { runs: 54, profiles: 6 });
  const metric = meter.takeMetricSeconds();
  t.ok(metric > 0 && metric <= elapsed / 4, "a quarter of the time");
  t.equal(meter.takeMetricSeconds(), 0, "taken");
});

test("runs that are read give their outputs and are not measured step by step", async (t) => {
  const { program, counts } = fake([1], [1e-3]);
  const meter = metered(program);
  for (let run = 0; run < 5; run++) t.equal(await meter.read({}), "outputs");
  t.deepEqual(counts, { runs: 5, profiles: 0 });
  t.ok(Number.isNaN(meter.takeMetricSeconds()));
});

test("without a metric its time is 0", async (t) => {
  const { program, counts } = fake([undefined, 0], [1, 1]);
  const meter = metered(program);
  for (let run = 0; run < 30; run++) await meter.run({});
  t.deepEqual(counts, { runs: 26, profiles: 4 });
  t.equal(meter.takeMetricSeconds(), 0);
});

test("times are means over measured runs, by kind; the first run does not count", async (t) => {
  const times = [
    [9, 9, 9],
    [1, 2, 3],
    [3, 4, 5],
  ];
  const kinds = ["map", "gram", "map"];
  const steps = kinds.map((kind, at) => ({ kind, metric: at === 2 ? 0.5 : 0 }));
  const program = {
    plan: { steps },
    run: async () => {},
    profile: async () => times.shift() as number[],
  } as unknown as Program<void>;
  const meter = metered(program);
  t.equal(meter.times().size, 0, "none yet");
  for (let run = 0; run < 26; run++) await meter.run({});
  t.deepEqual(Object.fromEntries(meter.times()), {
    map: { count: 2, seconds: 6, secondsMetric: 2 },
    gram: { count: 1, seconds: 3, secondsMetric: 0 },
  });
  t.equal(times.length, 0);
});

test("programs count by their runs", (t) => {
  const timed = (runs: number, seconds: number) => ({
    runs,
    times: () =>
      new Map(seconds === 0 ? [] : [["map", { count: 4, seconds, secondsMetric: seconds }]]),
  });
  t.deepEqual(meanTimes([timed(30, 1), timed(10, 5), timed(5, 0)]), [
    { kind: "map", count: 4, seconds: 2, secondsMetric: 2 },
  ]);
  t.deepEqual(meanTimes([timed(5, 0)]), []);
  t.end();
});

test("a backend that cannot measure makes it unknown", async (t) => {
  const meter = metered(fake([1], null).program);
  await meter.run({});
  t.ok(Number.isNaN(meter.takeMetricSeconds()));
});
