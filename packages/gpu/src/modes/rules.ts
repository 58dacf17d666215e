import { type PrimitiveName, primitiveFns, type ScalarFn } from "@metrigrad/tensor";

/**
 * Writes one function of floats and booleans as gpu.js kernel text; booleans are 0 and 1. `number` names an argument
 * that holds a number which compilers do not know.
 */
type Rule = (args: readonly [string, string, string], number: (value: number) => string) => string;

const infix =
  (symbol: string): Rule =>
  ([x, y]) =>
    `${x} ${symbol} ${y}`;

const call =
  (name: string): Rule =>
  ([x]) =>
    `${name}(${x})`;

const test =
  (symbol: string): Rule =>
  ([x, y]) =>
    `${x} ${symbol} ${y} ? 1.0 : 0.0`;

const pair =
  (name: string): Rule =>
  ([x, y]) =>
    `${name}(${x}, ${y})`;

const same: Rule = ([x]) => x;

/** The rules by name. Integer functions are missing, because 32 bits do not fit into the floats of these kernels. */
const table: Readonly<Partial<Record<PrimitiveName, Rule>>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  neg: ([x]) => `-${x}`,
  abs: call("Math.abs"),
  sign: ([x]) => `${x} > 0.0 ? 1.0 : (${x} < 0.0 ? -1.0 : ${x})`,
  min: pair("leastOf"),
  max: pair("mostOf"),
  floor: call("Math.floor"),
  ceil: call("Math.ceil"),
  round: call("halfEvenOf"),
  lt: test("<"),
  le: test("<="),
  gt: test(">"),
  ge: test(">="),
  eq: test("==="),
  ne: test("!=="),
  and: infix("*"),
  or: pair("Math.max"),
  not: ([x]) => `1.0 - ${x}`,
  isFinite: call("finiteOf"),
  // A compiler that sees the comparison in c may take x > y ? y : x for a minimum, which loses NaN.
  select: ([c, x, y], number) => `${c} > ${number(0.5)} ? ${x} : ${y}`,
  toFloat: same,
  toBool: ([x]) => `${x} === 0.0 ? 0.0 : 1.0`,
  sqrt: call("Math.sqrt"),
  exp: call("expOf"),
  expm1: call("expm1Of"),
  log: call("logOf"),
  log1p: call("log1pOf"),
  sin: call("sinOf"),
  cos: call("cosOf"),
  tanh: call("tanhOf"),
  erf: call("erfOf"),
  pow: pair("powOf"),
};

const byFunction = new Map<ScalarFn, Rule>(
  Object.entries(table).map(([name, rule]) => [primitiveFns[name as PrimitiveName], rule]),
);

/** Returns the rule of a primitive; undefined for a primitive that only the host has. */
export function ruleOf(fn: ScalarFn): Rule | undefined {
  return byFunction.get(fn);
}
