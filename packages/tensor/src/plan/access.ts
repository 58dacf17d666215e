import { fieldsOf, type Viewed } from "./fields.ts";
import { partsOf } from "./parts.ts";
import type { LoopStep, Step } from "./step.ts";
import { type View, viewAt } from "./view.ts";

/** Replaces the views that a step reads and writes. */
export interface ViewMapper {
  /** For what is read. */
  readonly read: (view: View) => View;
  /** For what is written. */
  readonly write: (view: View) => View;
}

/** The same step on other views; those of a loop are those of its body. */
export function mapViews(step: Step, map: ViewMapper): Step {
  const when = step.when === undefined ? {} : { when: map.read(step.when) };
  if (step.kind === "loop") {
    return { ...step, ...when, body: step.body.map((inner) => mapViews(inner, map)) };
  }
  const changed: Record<string, unknown> = {};
  for (const { field, value, writes } of fieldsOf(step)) {
    if (value !== null) changed[field] = mapped(value, writes ? map.write : map.read);
  }
  return { ...step, ...when, ...changed } as Step;
}

/** The steps of a loop's body as they are in a turn. */
export function turnOf(loop: LoopStep, turn: number): Step[] {
  const move = (view: View) => viewAt(view, turn);
  return loop.body.map((step) => mapViews(step, { read: move, write: move }));
}

function mapped(value: NonNullable<Viewed>, map: (view: View) => View): Viewed {
  if ("inputs" in value) return { ...value, inputs: value.inputs.map(map) };
  return "buffer" in value ? map(value) : value.map(map);
}

/** The views that a step reads and writes. */
export function stepViews(step: Step): { readonly reads: View[]; readonly writes: View[] } {
  const { inputs, outputs } = partsOf(step);
  return { reads: inputs.map(({ view }) => view), writes: outputs.map(({ view }) => view) };
}
