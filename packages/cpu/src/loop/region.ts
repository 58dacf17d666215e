import type { DType, View } from "@metrigrad/tensor";
import { type I32, i32 } from "../wasm/index.ts";
import { bytesOf } from "./lanes.ts";

/** An address that moves with the turns of the loops around a step. */
export interface Moving {
  /** The lowest that it takes. */
  readonly origin: number;
  /** Bytes to add in this turn, 0 or more; valid in any function. */
  readonly by: I32;
  /** Equal for addresses that move alike. */
  readonly key: string;
}

/** A loop around a step: where its turn is counted from 0, and how many there are. */
export interface Turns {
  readonly counter: number;
  readonly turns: number;
}

/** A strided window on memory, in bytes. */
export interface Region {
  /** Address of its first element: known, known in each turn of a loop, or computed. */
  readonly base: number | Moving | I32;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly dtype: DType;
  /** Whether what is computed is stored without denormal floats, as zero. */
  readonly flush?: boolean;
}

/** A region at a known address, perhaps one that moves in loops. */
export interface FixedRegion extends Region {
  readonly base: number | Moving;
}

/** The address as a value. */
export function addressOf(base: number | Moving): I32 {
  return typeof base === "number" ? i32.const(base) : i32.add(base.by, base.origin);
}

/** An address so many bytes further on. */
export function further(base: number | Moving, bytes: number): number | Moving {
  return typeof base === "number" ? base + bytes : { ...base, origin: base.origin + bytes };
}

/** Whether two addresses are the same. */
export function sameBase(a: number | Moving, b: number | Moving): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a.origin === b.origin && a.key === b.key;
}

/** An address that moves by so many bytes per turn of the loops around it. */
function movingBase(
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
    // Backwards is forwards from the other end: offsets of loads and stores are not negative.
    if (bytes < 0) origin += bytes * (turns - 1);
    const count = bytes < 0 ? i32.sub(i32.const(turns - 1), turn) : turn;
    const moved = i32.mul(count, Math.abs(bytes));
    by = by === null ? moved : i32.add(by, moved);
    key.push(`${counter}:${bytes}`);
  });
  return by === null ? origin : { origin, by, key: key.join() };
}

/** A view on a buffer that lies at an address, in a step inside of loops, outermost first. */
export function regionOf(
  view: View,
  address: number,
  dtype: DType,
  flush: boolean,
  loops: readonly Turns[],
): FixedRegion {
  const bytes = bytesOf(dtype);
  const advance = (view.advance ?? []).map((elements) => elements * bytes);
  return {
    base: movingBase(address + view.offset * bytes, advance, loops),
    shape: view.shape,
    strides: view.strides.map((stride) => stride * bytes),
    dtype,
    flush,
  };
}

/** Elements of `shape` one after the other from an address on. */
export function contiguous(
  base: number | Moving,
  shape: readonly number[],
  dtype: DType,
): FixedRegion {
  let stride = bytesOf(dtype);
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return { base, shape, strides, dtype };
}
