import type { Program } from "@metrigrad/graph";
import type { Plan } from "@metrigrad/tensor";
import test from "tape";
import { metered } from "../../src/step/meter.ts";
import { metricShares } from "../../src/step/metricShare.ts";

/** A program of which only the steps' shares of the metric and times are known. */
function fake(shares: readonly number[], times: readonly number[] | null) {
  const counts = { runs: 0, profiles: 0 };
  const program = {
    plan: { steps: shares.map((metric) => (metric === 0 ? {} : { metric })) } as unknown as Plan,
    run: async () => {
      counts.runs++;
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
  return { program: program as unknown as Program<unknown>, counts };
}

test("a step says its share of the metric, none by default", async (t) => {
  const { program } = fake([0, 1, 0.25, 0], null);
  t.deepEqual(metricShares(program.plan), [0, 1, 0.25, 0]);
});

test("few runs are measured step by step, and all of them count", async (t) => {
  const { program, counts } = fake([0, 1], [3e-3, 1e-3]);
  const meter = metered(program);
  const begun = performance.now();
  for (let run = 0; run < 60; run++) await meter.run({});
  const elapsed = (performance.now() - begun) / 1000;
  t.deepEqual(counts, { runs: 54, profiles: 6 });
  const metric = meter.takeMetricSeconds();
  t.ok(metric > 0 && metric <= elapsed / 4, "a quarter of the time");
  t.equal(meter.takeMetricSeconds(), 0, "taken");
});

test("without a metric there is nothing to measure", async (t) => {
  const { program, counts } = fake([0, 0], [1, 1]);
  const meter = metered(program);
  for (let run = 0; run < 30; run++) await meter.run({});
  t.deepEqual(counts, { runs: 30, profiles: 0 });
  t.equal(meter.takeMetricSeconds(), 0);
});

test("a backend that cannot measure makes it unknown", async (t) => {
  const meter = metered(fake([1], null).program);
  await meter.run({});
  t.ok(Number.isNaN(meter.takeMetricSeconds()));
});
