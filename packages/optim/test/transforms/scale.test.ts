import { constant, input } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import test from "tape";
import type { ChainStep } from "../../src/core/step.ts";
import { linearSchedule, type OptimizerContext, scale, warmup } from "../../src/index.ts";

const step = { directions: [] } as unknown as ChainStep;
const at = (progress: OptimizerContext["progress"]) => ({ progress }) as OptimizerContext;

test("scale: a warm-up needs a run of known length", (t) => {
  const rising = scale(0.1, warmup(0.1));
  t.throws(
    () => rising.transform(step, at(constant(0))),
    (error: Error) =>
      error instanceof GraphError && /the length of the run must be known/.test(error.message),
    "without an end the learning rate would stay 0",
  );
  t.doesNotThrow(() => rising.transform(step, at(input("progress", []))), "with one it rises");
  t.doesNotThrow(
    () => scale(0.1, linearSchedule()).transform(step, at(constant(0))),
    "other schedules stay at their start",
  );
  t.end();
});
