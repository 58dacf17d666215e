import { compile, constant } from "@metrigrad/graph";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
} from "../../src/index.ts";

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
