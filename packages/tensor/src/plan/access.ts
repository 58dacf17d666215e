import { fieldsOf, type Viewed } from "./fields.ts";
import { partsOf } from "./parts.ts";
import type { LoopStep, Step } from "./step.ts";
import { type View, viewAt } from "./view.ts";

/**
 * A rule that replaces the views of a step.
 *
 * @category For authors of backends
 */
export interface ViewMapper {
  /** Returns the new view for a view that the step reads. */
  readonly read: (view: View) => View;
  /** Returns the new view for a view that the step writes. */
  readonly write: (view: View) => View;
}

/**
 * Returns the same step on other views. For a loop these are the views of the steps in its body.
 *
 * @param step - The step; it does not change.
 * @param map - How to replace the views.
 * @returns The new step.
 * @nothrow
 * @category For authors of backends
 */
export function mapViews(step: Step, map: ViewMapper): Step {
  if (step.kind === "loop") {
    return { ...step, body: step.body.map((inner) => mapViews(inner, map)) };
  }
  const when = step.when === undefined ? {} : { when: map.read(step.when) };
  const changed: Record<string, unknown> = {};
  for (const { field, value, writes } of fieldsOf(step)) {
    if (value !== null) changed[field] = mapped(value, writes ? map.write : map.read);
  }
  return { ...step, ...when, ...changed } as Step;
}

/**
 * Returns the steps of a loop's body as they are in one turn: their views are moved.
 *
 * @param loop - The loop.
 * @param turn - The number of the turn, from 0.
 * @returns The steps, in order.
 * @nothrow
 * @category For authors of backends
 */
export function turnOf(loop: LoopStep, turn: number): Step[] {
  const move = (view: View) => viewAt(view, turn);
  return loop.body.map((step) => mapViews(step, { read: move, write: move }));
}

/** The value of a field with each of its views replaced. */
function mapped(value: NonNullable<Viewed>, map: (view: View) => View): Viewed {
  if ("inputs" in value) return { ...value, inputs: value.inputs.map(map) };
  return "buffer" in value ? map(value) : value.map(map);
}

/**
 * Returns the views that a step reads and the views that it writes.
 *
 * @param step - The step. For a loop these are the views of the steps in its body.
 * @returns Both lists, in the order of {@link partsOf}.
 * @nothrow
 * @category For authors of backends
 */
export function stepViews(step: Step): {
  /** The views that the step reads. */
  readonly reads: View[];
  /** The views that the step writes. */
  readonly writes: View[];
} {
  const { inputs, outputs } = partsOf(step);
  return { reads: inputs.map(({ view }) => view), writes: outputs.map(({ view }) => view) };
}
