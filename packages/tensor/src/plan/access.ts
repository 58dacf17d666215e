import { fieldsOf, type Viewed } from "./fields.ts";
import { partsOf } from "./parts.ts";
import type { Step } from "./step.ts";
import type { View } from "./view.ts";

/** Replaces the views that a step reads and writes. */
export interface ViewMapper {
  /** For what is read. */
  readonly read: (view: View) => View;
  /** For what is written. */
  readonly write: (view: View) => View;
}

/** The same step on other views. */
export function mapViews(step: Step, map: ViewMapper): Step {
  const changed: Record<string, unknown> = {};
  for (const { field, value, writes } of fieldsOf(step)) {
    if (value !== null) changed[field] = mapped(value, writes ? map.write : map.read);
  }
  if (step.when !== undefined) changed.when = map.read(step.when);
  return { ...step, ...changed } as Step;
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
