import type { Emitter } from "../expr/emitter.ts";
import { f32x4, f64x2, i32x4, type V128, v128 } from "../wasm/index.ts";

/** Sums of lanes with more digits than the lanes have. */
export interface Total {
  /** Starts a new sum. */
  reset(): void;
  /** Adds a vector. */
  take(lanes: V128): void;
  /** Returns the sums, lane by lane. */
  perLane(): V128;
  /** Returns the sum of all lanes, in the first one. */
  across(): V128;
}

/** Returns a vector with its second half in front. */
function high(v: V128): V128 {
  return i32x4.shuffle(v, v, [2, 3, 2, 3]);
}

/** Returns sums of four lanes of 32 bits in float64; lanes 0–1 and 2–3 are apart. */
function singleTotal(e: Emitter): Total {
  const { f } = e;
  const [low, top] = [f.local("v128"), f.local("v128")];
  return {
    reset: () => {
      for (const total of [low, top]) f.set(total, e.bits(0));
    },
    take: (lanes) => {
      f.set(low, f64x2.add(low, f64x2.promote_low_f32x4(lanes)));
      f.set(top, f64x2.add(top, f64x2.promote_low_f32x4(high(lanes))));
    },
    perLane: () =>
      i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(top), [0, 1, 4, 5]),
    across: () => {
      const both = e.let(f64x2.add(low, top));
      return f32x4.demote_f64x2_zero(f64x2.add(both, high(both)));
    },
  };
}

/** Returns sums of two lanes of 64 bits, and beside them the loss of each addition (Knuth's two-sum). */
function doubleTotal(e: Emitter): Total {
  const { f } = e;
  const [sum, lost] = [f.local("v128"), f.local("v128")];
  const { add, sub, eq } = f64x2;
  /** Returns x + y, and its rounding error. */
  const twoSum = (x: V128, y: V128) => {
    const total = e.let(add(x, y));
    const part = e.let(sub(total, x));
    const left = e.let(add(sub(x, sub(total, part)), sub(y, part)));
    // Infinities have no rounding error.
    return { total, left: v128.and(left, eq(left, left)) };
  };
  return {
    reset: () => {
      for (const total of [sum, lost]) f.set(total, e.bits(0));
    },
    take: (lanes) => {
      const { total, left } = twoSum(sum, lanes);
      f.set(lost, add(lost, left));
      f.set(sum, total);
    },
    perLane: () => add(sum, lost),
    across: () => {
      const { total, left } = twoSum(sum, high(sum));
      return add(total, add(left, add(lost, high(lost))));
    },
  };
}

/** Returns sums of the emitter's floats. */
export function totalOf(e: Emitter): Total {
  return e.floats.type === "f32" ? singleTotal(e) : doubleTotal(e);
}
