import { type PrimitiveName, primitiveFns, type ScalarFn } from "@metrigrad/tensor";

/** Writes one function of floats and booleans as gpu.js kernel text; booleans are 0 and 1. */
type Rule = (args: readonly [string, string, string]) => string;

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

/** Functions that kernels call by their own names. */
export const helpers: readonly { readonly source: string; readonly arguments: number }[] = [
  {
    source: `function roundEven(x) {
      const below = Math.floor(x);
      const rest = x - below;
      if (rest < 0.5) { return below; }
      if (rest > 0.5) { return below + 1.0; }
      return below - 2.0 * Math.floor(below * 0.5) < 0.5 ? below : below + 1.0;
    }`,
    arguments: 1,
  },
  {
    // Minimax polynomials by N. Juffa; relative error below 3e-7.
    source: `function erfOf(x) {
      const s = x * x;
      const size = Math.abs(x);
      let near = -5.96761703e-4 * s + 4.99119423e-3;
      near = near * s - 2.67681349e-2;
      near = near * s + 1.12819925e-1;
      near = near * s - 3.76125336e-1;
      near = near * s + 1.28379166e-1;
      const t = size > 4.0 ? 4.0 : size;
      let far = -1.7285347e-5 * t + 3.83197126e-4;
      far = far * t - 3.88396438e-3;
      far = far * t + 2.42546219e-2;
      far = far * t - 1.06777877e-1;
      far = far * t - 6.34846687e-1;
      far = far * t - 1.28717512e-1;
      const rest = 1.0 - Math.exp(far * t - t);
      const signed = x < 0.0 ? -rest : rest;
      return size > 0.927734375 ? signed : near * x + x;
    }`,
    arguments: 1,
  },
];

/** Integer functions are missing: 32 bits do not fit into the floats that these kernels have. */
const table: Readonly<Partial<Record<PrimitiveName, Rule>>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  neg: ([x]) => `-${x}`,
  abs: call("Math.abs"),
  sign: ([x]) => `${x} > 0.0 ? 1.0 : (${x} < 0.0 ? -1.0 : ${x})`,
  min: pair("Math.min"),
  max: pair("Math.max"),
  floor: call("Math.floor"),
  ceil: call("Math.ceil"),
  round: call("roundEven"),
  lt: test("<"),
  le: test("<="),
  gt: test(">"),
  ge: test(">="),
  eq: test("==="),
  ne: test("!=="),
  and: infix("*"),
  or: pair("Math.max"),
  not: ([x]) => `1.0 - ${x}`,
  isFinite: ([x]) => `${x} - ${x} === 0.0 ? 1.0 : 0.0`,
  select: ([c, x, y]) => `${c} > 0.5 ? ${x} : ${y}`,
  toFloat: same,
  toBool: ([x]) => `${x} === 0.0 ? 0.0 : 1.0`,
  sqrt: call("Math.sqrt"),
  exp: call("Math.exp"),
  expm1: call("Math.expm1"),
  log: call("Math.log"),
  log1p: call("Math.log1p"),
  sin: call("Math.sin"),
  cos: call("Math.cos"),
  tanh: call("Math.tanh"),
  erf: call("erfOf"),
  pow: pair("Math.pow"),
};

const byFunction = new Map<ScalarFn, Rule>(
  Object.entries(table).map(([name, rule]) => [primitiveFns[name as PrimitiveName], rule]),
);

/** The rule of a primitive; none for those that only the host has. */
export function ruleOf(fn: ScalarFn): Rule | undefined {
  return byFunction.get(fn);
}
