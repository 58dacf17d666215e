import type { ScalarFn, ScalarType } from "./expr.ts";

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

/** Bits set in both. */
export const bitAnd = bitwise("bitAnd", (x, y) => x & y);
/** Bits set in either. */
export const bitOr = bitwise("bitOr", (x, y) => x | y);
/** Bits set in one of them. */
export const bitXor = bitwise("bitXor", (x, y) => x ^ y);
/** x·2^y modulo 2³²; only the low 5 bits of y count. */
export const shiftLeft = bitwise("shiftLeft", (x, y) => x << y);
/** x shifted right by the low 5 bits of y; i32 keeps its sign. */
export const shiftRight = bitwise("shiftRight", (x, y, type) =>
  type === "u32" ? x >>> y : x >> y,
);
