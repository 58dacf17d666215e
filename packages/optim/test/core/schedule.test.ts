import { compile, constant } from "@metrigrad/graph";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  type Schedule,
  sgd,
  warmup,
} from "../../src/index.ts";
import { classifier, gap, train } from "../problem.ts";

test("schedule: factors at the start, the middle and the end of a run", async (t) => {
  const backend = await reference();
  const store = await backend.store([]);
  const rows = [
    [constantSchedule(), 1, 1, 1],
    [linearSchedule(0.2), 1, 0.6, 0.2],
    [cosineSchedule(0.1), 1, 0.55, 0.1],
    [exponentialSchedule(0.04), 1, 0.2, 0.04],
  ] as const;
  for (const [schedule, ...expected] of rows) {
    const outputs = [0, 0.5, 1].map((progress) => schedule.factor(constant(progress)));
    const handles = await (await compile({ outputs }, store)).run();
    const found = await Promise.all(handles.map(async (handle) => (await handle.read()).item()));
    t.ok(
      found.every((factor, i) => Math.abs(factor - (expected[i] as number)) < 1e-12),
      schedule.name,
    );
  }
  await backend.close();
});

test("schedule: an exponential one cannot end at 0", (t) => {
  t.throws(
    () => exponentialSchedule(0),
    /exponentialSchedule: end must be a finite number > 0, got 0/,
  );
  t.end();
});

/** Factors at shares of a run. */
async function factors(schedule: Schedule, shares: readonly number[]): Promise<number[]> {
  const backend = await reference();
  const store = await backend.store([]);
  const outputs = shares.map((progress) => schedule.factor(constant(progress)));
  const handles = await (await compile({ outputs }, store)).run();
  const found = await Promise.all(handles.map(async (handle) => (await handle.read()).item()));
  await backend.close();
  return found;
}

test("warmup: from 0 to 1 over its share of a run, then the other schedule over the rest", async (t) => {
  const shares = [0, 0.1, 0.2, 0.6, 1];
  t.ok(gap(await factors(warmup(0.2), shares), [0, 0.5, 1, 1, 1]) < 1e-12, "constant");
  const linear = await factors(warmup(0.2, linearSchedule(0.5)), shares);
  t.ok(gap(linear, [0, 0.5, 1, 0.75, 0.5]) < 1e-12, "linear");
  const twice = await factors(warmup(0.2, warmup(0.5)), [0.2, 0.4, 0.6, 1]);
  t.ok(gap(twice, [0, 0.5, 1, 1]) < 1e-12, "of another one");
  t.equal(warmup(0.2, cosineSchedule()).name, "warmup(0.2, cosine(0))");
});

test("warmup: an optimizer with it takes steps that grow, from none", async (t) => {
  // A step is a hundredth of the run.
  const optimizer = sgd({ learningRate: 0.4, schedule: warmup(0.04) });
  const at = async (steps: number) =>
    (await train(classifier(), optimizer, steps)).parameters.get("dense0/w");
  t.equal(gap(await at(1), await at(0)), 0, "none at first");
  const one = await train(classifier(), sgd({ learningRate: 0.1 }), 1);
  t.ok(gap(await at(2), one.parameters.get("dense0/w")) < 1e-14, "then a quarter");
});

test("warmup: shares out of range and what is no schedule are refused", (t) => {
  for (const share of [0, 1, -0.1, Number.NaN])
    t.throws(() => warmup(share), /warmup: share must be a number in .*, got/);
  t.throws(() => warmup(0.1, 3 as never), /warmup: schedule must be a schedule, got 3/);
  t.end();
});
