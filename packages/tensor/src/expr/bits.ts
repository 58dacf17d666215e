import type { ScalarFn, ScalarType } from "./expr.ts";

/** A function of the bits of two integers of one type. */
function bitwise(
  name: string,
  evaluate: (x: number, y: number, type: ScalarType) => number,
): ScalarFn {
  return {
    name,
    arity: 2,
    type: ([x, y]) => (x === y && (x === "i32" || x === "u32") ? x : null),
    evaluate: ([x = 0, y = 0], type) => {
      const bits = evaluate(x, y, type);
      return type === "u32" ? bits >>> 0 : bits | 0;
    },
    partials: () => [null, null],
  };
}

/** The bits that are set in both integers. */
export const bitAnd = bitwise("bitAnd", (x, y) => x & y);
/** The bits that are set in at least one of the integers. */
export const bitOr = bitwise("bitOr", (x, y) => x | y);
/** The bits that are set in exactly one of the integers. */
export const bitXor = bitwise("bitXor", (x, y) => x ^ y);
/** x·2^y modulo 2³². Only the low 5 bits of y count. */
export const shiftLeft = bitwise("shiftLeft", (x, y) => x << y);
/** x shifted right by the low 5 bits of y. An i32 keeps its sign. */
export const shiftRight = bitwise("shiftRight", (x, y, type) =>
  type === "u32" ? x >>> y : x >> y,
);
