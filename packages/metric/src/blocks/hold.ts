import type { Node } from "@metrigrad/graph";
import type { Initializer } from "@metrigrad/tensor";

/**
 * The shape and the first value of a held value.
 *
 * @category Metrics: blocks
 */
export interface Held {
  /** The shape. */
  readonly shape: readonly number[];
  /** Makes the first value. */
  readonly init: Initializer;
  /** The next value, if it does not depend on the value before. A value that is held already is then not held twice. */
  readonly value?: Node;
}

/**
 * Holds a value on the device from step to step, and returns the node of its present value.
 *
 * The value begins with `first.init`. At every update it becomes `next(before)`. The Hold decides when it updates:
 * after every step, or only when the metric is made anew. A name stands for one value, so a second call with it
 * returns the same node.
 *
 * @category Metrics: blocks
 */
export type Hold = (name: string, first: Held, next: (before: Node) => Node) => Node;

/**
 * Returns a value as it was at the last update of a Hold; it begins with `init`.
 *
 * @param hold - With null the value is not held, and the present one comes back.
 */
export function held(hold: Hold | null, name: string, value: Node, init: Initializer): Node {
  return hold === null ? value : hold(name, { shape: value.shape, init, value }, () => value);
}

/** Returns a Hold that puts a prefix before the names of another one, for a block inside of a block. */
export function holdWithin(hold: Hold | null, prefix: string): Hold | null {
  return hold && ((name, first, next) => hold(`${prefix}/${name}`, first, next));
}

/**
 * Makes a Hold that keeps its values in slots. A value that another slot holds already is not held twice.
 *
 * @param slots - The slots by name. Holds that update at different times may share them.
 * @param make - Makes a slot.
 * @param update - Takes each new slot once, together with the node of its value after an update.
 * @returns The Hold.
 * @nothrow
 * @category Metrics: blocks
 */
export function holdIn<Slot extends Node>(
  slots: Map<string, Slot>,
  make: (name: string, first: Held) => Slot,
  update: (slot: Slot, next: Node) => void,
): Hold {
  return (name, first, next) => {
    const known = slots.get(name);
    if (known !== undefined) return known;
    const { value } = first;
    if (value !== undefined && [...slots.values()].some((other) => other === value)) return value;
    const slot = make(name, first);
    slots.set(name, slot);
    update(slot, next(slot));
    return slot;
  };
}
