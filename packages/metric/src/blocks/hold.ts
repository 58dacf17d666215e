import type { Node } from "@metrigrad/graph";
import type { Initializer } from "@metrigrad/tensor";

/** Shape of a held value, and what it is at first. */
export interface Held {
  readonly shape: readonly number[];
  readonly init: Initializer;
  /** What it becomes, where that does not depend on what was before; a value that is held already is not held twice. */
  readonly value?: Node;
}

/**
 * Holds a value on the device from step to step, and gives the node of its present value: it begins with
 * `init`, and at every update it becomes next(before). When updates happen, after every step or at refreshes, is a
 * property of the Hold. A name stands for one value: a second call with it gives the same node.
 */
export type Hold = (name: string, first: Held, next: (before: Node) => Node) => Node;

/**
 * A value as it was at the last update of a Hold, which begins with `init`.
 *
 * @param hold - null: the value is not held, and is that of now.
 */
export function held(hold: Hold | null, name: string, value: Node, init: Initializer): Node {
  return hold === null ? value : hold(name, { shape: value.shape, init, value }, () => value);
}

/** A Hold under whose names those of another begin with a prefix: for a block inside of a block. */
export function holdWithin(hold: Hold | null, prefix: string): Hold | null {
  return hold && ((name, first, next) => hold(`${prefix}/${name}`, first, next));
}

/**
 * A Hold whose values live in slots. What another slot already holds is not held twice.
 *
 * @param slots - By name; Holds that update at different times may share them.
 * @param make - Makes a slot.
 * @param update - Called once with every slot, and of what is in it after an update.
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
