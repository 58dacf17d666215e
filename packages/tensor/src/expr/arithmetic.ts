import { call, literal } from "./build.ts";
import type { Expr, ScalarFn, ScalarType } from "./expr.ts";
import { gt, lt, select } from "./logic.ts";

const isNumber = (type: ScalarType | undefined) => type !== undefined && type !== "bool";
/** The type of functions whose arguments and result are numbers of one type. */
const same = (types: readonly ScalarType[]): ScalarType | null =>
  isNumber(types[0]) && types.every((type) => type === types[0]) ? (types[0] as ScalarType) : null;

/** Brings an exact integer result back into 32 bits. A float stays as it is. */
function wrap(value: number, type: ScalarType): number {
  if (type === "i32") return value | 0;
  return type === "u32" ? value >>> 0 : value;
}

/** Partial derivatives of a function of numbers. For integers there are none. */
function floatOnly(rule: ScalarFn["partials"]): ScalarFn["partials"] {
  return (args, self) => (self.type === "float" ? rule(args, self) : args.map(() => null));
}

function zeroLike(x: Expr): Expr {
  return literal(0, x.type);
}

/** x + y. Integers wrap around. */
export const add: ScalarFn = {
  name: "add",
  arity: 2,
  type: same,
  evaluate: ([x = 0, y = 0], type) => wrap(x + y, type),
  partials: floatOnly(() => [literal(1), literal(1)]),
};

/** x − y. Integers wrap around. */
export const sub: ScalarFn = {
  name: "sub",
  arity: 2,
  type: same,
  evaluate: ([x = 0, y = 0], type) => wrap(x - y, type),
  partials: floatOnly(() => [literal(1), literal(-1)]),
};

/** x·y. Integers wrap around. */
export const mul: ScalarFn = {
  name: "mul",
  arity: 2,
  type: same,
  evaluate: ([x = 0, y = 0], type) => (type === "float" ? x * y : wrap(Math.imul(x, y), type)),
  partials: floatOnly(([x, y]) => [y as Expr, x as Expr]),
};

/** x / y. Integers truncate, and a division by 0 gives 0. */
export const div: ScalarFn = {
  name: "div",
  arity: 2,
  type: same,
  evaluate: ([x = 0, y = 0], type) => {
    if (type === "float") return x / y;
    return y === 0 ? 0 : wrap(Math.trunc(x / y), type);
  },
  partials: floatOnly(([, y], self) => [
    call(div, literal(1), y as Expr),
    call(neg, call(div, self, y as Expr)),
  ]),
};

/** −x. */
export const neg: ScalarFn = {
  name: "neg",
  arity: 1,
  type: ([t]) => (t === "float" || t === "i32" ? t : null),
  evaluate: ([x = 0], type) => wrap(-x, type),
  partials: floatOnly(() => [literal(-1)]),
};

/** |x|. The derivative is sign(x), which is 0 at 0. */
export const abs: ScalarFn = {
  name: "abs",
  arity: 1,
  type: ([t]) => (t === "float" || t === "i32" ? t : null),
  evaluate: ([x = 0], type) => wrap(Math.abs(x), type),
  partials: floatOnly(([x]) => [call(sign, x as Expr)]),
};

/** −1, 0 or 1. NaN stays NaN. */
export const sign: ScalarFn = {
  name: "sign",
  arity: 1,
  type: ([t]) => (t === "float" || t === "i32" ? t : null),
  evaluate: ([x = 0]) => Math.sign(x),
  partials: () => [null],
};

/** The smaller number; NaN if one of them is NaN. Of two equal numbers each gets half of the derivative. */
export const min: ScalarFn = {
  name: "min",
  arity: 2,
  type: same,
  evaluate: ([x = 0, y = 0]) => Math.min(x, y),
  partials: floatOnly(([x, y]) => [step(y as Expr, x as Expr), step(x as Expr, y as Expr)]),
};

/** The larger number; NaN if one of them is NaN. Of two equal numbers each gets half of the derivative. */
export const max: ScalarFn = {
  name: "max",
  arity: 2,
  type: same,
  evaluate: ([x = 0, y = 0]) => Math.max(x, y),
  partials: floatOnly(([x, y]) => [step(x as Expr, y as Expr), step(y as Expr, x as Expr)]),
};

/** 1 if x > y, ½ if they are equal, 0 if x < y. */
function step(x: Expr, y: Expr): Expr {
  const below = call(select, call(lt, x, y), zeroLike(x), literal(0.5));
  return call(select, call(gt, x, y), literal(1), below);
}

/** The largest integer that is not above x. */
export const floor: ScalarFn = {
  name: "floor",
  arity: 1,
  type: ([t]) => (t === "float" ? t : null),
  evaluate: ([x = 0]) => Math.floor(x),
  partials: () => [null],
};

/** The smallest integer that is not below x. */
export const ceil: ScalarFn = {
  name: "ceil",
  arity: 1,
  type: ([t]) => (t === "float" ? t : null),
  evaluate: ([x = 0]) => Math.ceil(x),
  partials: () => [null],
};

/** The nearest integer. A half goes to the even integer. */
export const round: ScalarFn = {
  name: "round",
  arity: 1,
  type: ([t]) => (t === "float" ? t : null),
  evaluate: ([x = 0]) => {
    const down = Math.floor(x);
    const rest = x - down;
    if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
    return down % 2 === 0 ? down : down + 1;
  },
  partials: () => [null],
};
