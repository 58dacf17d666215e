import { call, literal } from "./build.ts";
import type { Expr, ScalarFn, ScalarType } from "./expr.ts";

/** A comparison of two values of one type. */
function comparison(name: string, holds: (x: number, y: number) => boolean): ScalarFn {
  return {
    name,
    arity: 2,
    type: ([x, y]) => (x !== undefined && x === y ? "bool" : null),
    evaluate: ([x = 0, y = 0]) => Number(holds(x, y)),
    partials: () => [null, null],
  };
}

/** x < y. */
export const lt = comparison("lt", (x, y) => x < y);
/** x ≤ y. */
export const le = comparison("le", (x, y) => x <= y);
/** x > y. */
export const gt = comparison("gt", (x, y) => x > y);
/** x ≥ y. */
export const ge = comparison("ge", (x, y) => x >= y);
/** x = y. NaN equals nothing. */
export const eq = comparison("eq", (x, y) => x === y);
/** x ≠ y. NaN differs from everything. */
export const ne = comparison("ne", (x, y) => x !== y);

const bools = (types: readonly ScalarType[]): ScalarType | null =>
  types.every((type) => type === "bool") ? "bool" : null;

/** x ∧ y. */
export const and: ScalarFn = {
  name: "and",
  arity: 2,
  type: bools,
  evaluate: ([x = 0, y = 0]) => x & y,
  partials: () => [null, null],
};

/** x ∨ y. */
export const or: ScalarFn = {
  name: "or",
  arity: 2,
  type: bools,
  evaluate: ([x = 0, y = 0]) => x | y,
  partials: () => [null, null],
};

/** ¬x. */
export const not: ScalarFn = {
  name: "not",
  arity: 1,
  type: bools,
  evaluate: ([x = 0]) => 1 - x,
  partials: () => [null],
};

/** True if x is neither infinite nor NaN. */
export const isFinite: ScalarFn = {
  name: "isFinite",
  arity: 1,
  type: ([t]) => (t === "float" ? "bool" : null),
  evaluate: ([x = 0]) => Number(Number.isFinite(x)),
  partials: () => [null],
};

/** x if the condition holds, else y. The other branch has no effect, even if it is NaN. */
export const select: ScalarFn = {
  name: "select",
  arity: 3,
  type: ([c, x, y]) => (c === "bool" && x !== undefined && x === y ? x : null),
  evaluate: ([c = 0, x = 0, y = 0]) => (c ? x : y),
  partials: ([c], self) => {
    if (self.type !== "float") return [null, null, null];
    const pick = (x: number, y: number) => call(select, c as Expr, literal(x), literal(y));
    return [null, pick(1, 0), pick(0, 1)];
  },
};

/** A conversion to a type. */
function conversion(
  name: string,
  to: ScalarType,
  convert: (x: number, from: ScalarType) => number,
): ScalarFn {
  return {
    name,
    arity: 1,
    type: ([t]) => (t === undefined ? null : to),
    evaluate: ([x = 0], from) => convert(x, from),
    partials: ([x]) => [to === "float" && x?.type === "float" ? literal(1) : null],
  };
}

/** Truncates a number and limits it to a range. NaN and −0 become 0. */
function saturate(x: number, low: number, high: number): number {
  return Number.isNaN(x) ? 0 : Math.min(high, Math.max(low, Math.trunc(x))) + 0;
}

/** Converts to float. Booleans become 0 and 1. */
export const toFloat = conversion("toFloat", "float", (x) => x);
/** Converts to i32. Floats are truncated and limited to the range, and NaN becomes 0. A u32 keeps its bits. */
export const toI32 = conversion("toI32", "i32", (x, from) =>
  from === "float" ? saturate(x, -(2 ** 31), 2 ** 31 - 1) : x | 0,
);
/** Converts to u32. Floats are truncated and limited to the range, and NaN becomes 0. An i32 keeps its bits. */
export const toU32 = conversion("toU32", "u32", (x, from) =>
  from === "float" ? saturate(x, 0, 2 ** 32 - 1) : x >>> 0,
);
/** x ≠ 0. */
export const toBool = conversion("toBool", "bool", (x) => Number(x !== 0));
