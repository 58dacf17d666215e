import type { Node, Update, Variable } from "@metrigrad/graph";
import type { Keep } from "@metrigrad/metric";
import { slot } from "./slot.ts";

/** Keeps values in slots of a parameter, and the updates that refresh them. */
export interface Keeper {
  readonly keep: Keep;
  /** One for each value that was kept so far. */
  readonly updates: readonly Update[];
}

/** A keeper whose slots belong to a parameter; what is a variable already is its own slot. */
export function keeper(parameter: Variable): Keeper {
  const slots = new Map<string, Variable>();
  const updates: Update[] = [];
  const keep: Keep = (name, value, init) => {
    if (value.op === (parameter as Node).op) return value;
    const known = slots.get(name);
    if (known !== undefined) return known;
    const made = slot(parameter, name, { shape: value.shape, init });
    slots.set(name, made);
    updates.push([made, value]);
    return made;
  };
  return { keep, updates };
}
