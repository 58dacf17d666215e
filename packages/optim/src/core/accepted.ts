import { logicalAnd, type Node, type Update, where } from "@metrigrad/graph";
import { type ChainStep, mapDirections } from "./step.ts";

/** Whether a whole step is taken, a bool scalar; null: in any case. */
export function acceptedOf(step: ChainStep): Node | null {
  const tests = step.accepts.map((accepts) => accepts(step));
  return tests.length === 0 ? null : tests.reduce((a, b) => logicalAnd(a, b));
}

/** A step that changes nothing where it is not accepted: parameters and the state that goes with it stay. */
export function unlessRejected(step: ChainStep): ChainStep {
  const accepted = acceptedOf(step);
  if (accepted === null) return step;
  const updates = step.updates.map(
    ([variable, value]): Update => [variable, where(accepted, value, variable)],
  );
  return { ...mapDirections(step, (u) => where(accepted, u, 0)), updates };
}
