import { arg, call, literal, primitiveFns, type Step } from "@metrigrad/tensor";
import test from "tape";
import { compare, TestPlan } from "../support/steps.ts";

test("a step in a loop may have a condition, for all turns or for each turn its own", async (t) => {
  const turns = 7;
  const [flags, back, never] = [
    [1, 0, 0, 1, 1, 0, 1],
    [0, 0, 1, 1, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 0],
  ] as const;
  for (const [values, offset, advance] of [
    [flags, 0, [1]],
    [back, turns - 1, [-1]],
    [never, 3, [0]],
    [flags, 3, []],
  ] as const) {
    const plan = new TestPlan();
    const total = plan.view([5], "f32", (at) => at);
    const own = plan.view([turns], "bool", (at) => values[at] ?? 0);
    const when = { ...own, shape: [], strides: [], offset, advance };
    const exprs = [call(primitiveFns.add, call(primitiveFns.mul, arg(0), literal(2)), literal(1))];
    const add: Step = {
      ...{ kind: "map", label: "", shape: [5], inputs: [total], exprs, outputs: [total] },
      when,
    };
    const steps: Step[] = [{ kind: "loop", label: "", turns, body: [add] }];
    await compare(t, plan, steps, { absolute: 0 }, `from ${offset} by [${advance}]`);
  }
});
