import { logicalAnd, type Node, type Update, where } from "@metrigrad/graph";
import { type ChainStep, mapDirections } from "./step.ts";

/** Whether a whole step is taken, a bool scalar; null: in any case. */
export function acceptedOf(step: ChainStep): Node | null {
  const tests = step.accepts.map((accepts) => accepts(step));
  return tests.length === 0 ? null : tests.reduce((a, b) => logicalAnd(a, b));
}

/** A step that is undone where it is not accepted: parameters stay, and the state that goes with it as the step says. */
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
