import { checkLiveness } from "./check/arena.ts";
import { checkBuffers } from "./check/buffers.ts";
import { refuseAt } from "./check/refuse.ts";
import { stepChecks } from "./check/steps.ts";
import { checkView, isInjective, overlaps, sameView } from "./check/view.ts";
import { byKind, partsOf } from "./parts.ts";
import type { Plan } from "./plan.ts";
import { printView } from "./print.ts";
import type { Step } from "./step.ts";

/**
 * Checks all rules of a plan that can be checked without running it.
 *
 * It checks the buffers and their places, and the views, shapes, types and expressions of each step. It checks that views do
 * not overlap where they must not. Nothing may be read before it is written, or after its memory went to another buffer.
 *
 * @param plan - The plan.
 * @throws {@link BackendError} if the plan breaks a rule. The message names the buffer or the step.
 * @category For authors of backends
 */
export function checkPlan(plan: Plan): void {
  checkBuffers(plan);
  for (const [i, step] of plan.steps.entries()) checkStep(plan, step, String(i), []);
  checkLiveness(plan);
}

/** Checks a step that is inside of loops. `turns` has the number of turns of each loop, outermost first. */
function checkStep(plan: Plan, step: Step, name: string, turns: readonly number[]): void {
  const refuse = refuseAt(`step ${name} ${step.kind} "${step.label}"`);
  const { inputs, outputs } = partsOf(step);
  if (step.kind !== "loop") {
    for (const { role, view } of [...inputs, ...outputs]) {
      checkView(plan, view, (must, got) => refuse(`${role}: ${must}`, got), turns);
    }
  }
  byKind(stepChecks, step)({ plan, refuse });
  const { metric = 1 } = step;
  if (!(metric > 0 && metric <= 1)) refuse("metric must be a share in (0, 1]", String(metric));
  if (step.when !== undefined) {
    const { dtype } = plan.buffers[step.when.buffer] ?? {};
    if (step.when.shape.length > 0) refuse("when must be a scalar", printView(step.when));
    if (dtype !== "bool") refuse("when must be bool", String(dtype));
  }
  if (step.kind === "loop") {
    // The type says so too. A plan may come from JavaScript.
    if (step.when !== undefined) refuse("the steps of its body must have when, not a loop", "when");
    for (const [at, one] of step.body.entries()) {
      checkStep(plan, one, `${name}.${at}`, [...turns, step.turns]);
    }
    return;
  }
  outputs.forEach(({ role, view }, j) => {
    const { kind } = plan.buffers[view.buffer]?.place ?? {};
    if (kind === "feed" || kind === "constant") refuse(`${role} must be writable`, kind);
    if (!isInjective(view)) refuse(`${role} must have distinct elements`, printView(view));
    for (const other of outputs.slice(0, j)) {
      if (overlaps(view, other.view))
        refuse(`${role} must not overlap ${other.role}`, printView(view));
    }
    for (const input of inputs) {
      if (input.inPlace && sameView(view, input.view)) continue;
      if (overlaps(view, input.view)) {
        const unless = input.inPlace ? ", unless it is the identical view" : "";
        refuse(`${role} must not overlap ${input.role}${unless}`, printView(view));
      }
    }
  });
}
