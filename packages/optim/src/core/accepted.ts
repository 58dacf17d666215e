import { logicalAnd, type Node, type Update, where } from "@metrigrad/graph";
import { type ChainStep, mapDirections } from "./step.ts";

/**
 * Returns whether the whole step is taken, a bool scalar; null if no transform tests the step, so that it is always
 * taken.
 */
export function acceptedOf(step: ChainStep): Node | null {
  const tests = step.accepts.map((accepts) => accepts(step));
  return tests.length === 0 ? null : tests.reduce((a, b) => logicalAnd(a, b));
}

/**
 * Returns the step with an undo where it is not accepted: parameters stay, and the state of the step becomes what
 * `undone` says, or stays.
 */
export function unlessRejected(step: ChainStep): ChainStep {
  const accepted = acceptedOf(step);
  if (accepted === null) return step;
  const undone = new Map(step.undone.map(([variable, value]) => [variable, value] as const));
  const updates = step.updates.map(
    ([variable, value]): Update => [
      variable,
      where(accepted, value, undone.get(variable) ?? variable),
    ],
  );
  return { ...mapDirections(step, (u) => where(accepted, u, 0)), updates };
}
