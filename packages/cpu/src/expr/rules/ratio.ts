import type { V128 } from "../../wasm/index.ts";
import type { Emitter } from "../emitter.ts";

/** A polynomial, or the quotient of two. The highest coefficients come first. */
export interface Ratio {
  readonly over: readonly number[];
  readonly under?: readonly number[];
}

/** Returns the value of a polynomial or quotient at x. */
export function ratio(e: Emitter, x: V128, { over, under }: Ratio): V128 {
  const value = e.polynomial(x, over);
  return under ? e.vec.div(value, e.polynomial(x, under)) : value;
}
