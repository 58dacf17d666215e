import { type I32, i32 } from "../wasm/index.ts";

/** An address that moves with the turns of the loops around a step. */
export interface Moving {
  /** The lowest address. */
  readonly origin: number;
  /** The bytes to add in this turn, 0 or more; the value is valid in any function. */
  readonly by: I32;
  /** A text that is equal for addresses that move alike. */
  readonly key: string;
}

/** A loop around a step: where its turn is counted from 0, and the number of turns. */
export interface Turns {
  readonly counter: number;
  readonly turns: number;
}

/** Returns the address as a value. */
export function addressOf(base: number | Moving): I32 {
  return typeof base === "number" ? i32.const(base) : i32.add(base.by, base.origin);
}

/** Returns an address so many bytes further on. */
export function further(base: number | Moving, bytes: number): number | Moving {
  return typeof base === "number" ? base + bytes : { ...base, origin: base.origin + bytes };
}

/** Returns whether two addresses are the same. */
export function sameBase(a: number | Moving, b: number | Moving): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a.origin === b.origin && a.key === b.key;
}

/** Returns an address that moves by so many bytes per turn of the loops around it. */
export function movingBase(
  start: number,
  advance: readonly number[],
  loops: readonly Turns[],
): number | Moving {
  let origin = start;
  let by: I32 | null = null;
  const key: string[] = [];
  advance.forEach((bytes, depth) => {
    const { counter, turns } = loops[depth] as Turns;
    if (bytes === 0 || turns === 1) return;
    const turn = i32.load(i32.const(counter));
    // A backward move is a forward one from the other end: offsets of loads and stores cannot be negative.
    if (bytes < 0) origin += bytes * (turns - 1);
    const count = bytes < 0 ? i32.sub(i32.const(turns - 1), turn) : turn;
    const moved = i32.mul(count, Math.abs(bytes));
    by = by === null ? moved : i32.add(by, moved);
    key.push(`${counter}:${bytes}`);
  });
  return by === null ? origin : { origin, by, key: key.join() };
}
