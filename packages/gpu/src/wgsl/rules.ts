import {
  type PrimitiveName,
  primitiveFns,
  type ScalarFn,
  type ScalarType,
} from "@metrigrad/tensor";

/** An argument of a rule: a name, or a literal. */
export interface Term {
  readonly text: string;
  readonly type: ScalarType;
  /** The value, if it is a literal. */
  readonly literal?: number;
}

/** Writes one function of the expression language as WGSL. */
export type Rule = (args: readonly [Term, Term, Term]) => string;

const infix =
  (symbol: string): Rule =>
  ([x, y]) =>
    `${x.text} ${symbol} ${y.text}`;

const call =
  (name: string): Rule =>
  ([x]) =>
    `${name}(${x.text})`;

/** Makes a rule from one for floats and one for integers. */
const byType =
  (float: Rule, other: Rule): Rule =>
  (args) =>
    (args[0].type === "float" ? float : other)(args);

const pair =
  (name: string): Rule =>
  ([x, y]) =>
    `${name}(${x.text}, ${y.text})`;

/** Compares booleans as numbers, so that false < true. */
const order = (symbol: string): Rule => {
  const plain = infix(symbol);
  return ([x, y, z]) => {
    if (x.type !== "bool") return plain([x, y, z]);
    return `select(0u, 1u, ${x.text}) ${symbol} select(0u, 1u, ${y.text})`;
  };
};

/** Compares so that a NaN differs from itself; a compiler may take x = x for granted. */
const equal: Rule = ([x, y]) =>
  x.type === "float" && x.text === y.text ? `!isNan(${x.text})` : `${x.text} == ${y.text}`;

/** Compares for `!=`, which is ordered for floats: false beside a NaN. */
const differ: Rule = (args) => {
  const [{ type }] = args;
  return type === "float" ? `!(${equal(args)})` : infix("!=")(args);
};

/** Returns the text of a factor. A zero is one that the compiler does not know, because it may take 0·x for 0. */
const factor = ({ text, type, literal }: Term) => {
  if (type !== "float" || literal !== 0) return text;
  return `fromBits(${Object.is(literal, -0) ? "0x80000000u" : "0u"})`;
};

/** Writes an operation and hides that both arguments are the same. A compiler may take x − x for 0 and x / x for 1. */
const apart =
  (symbol: string): Rule =>
  ([x, y]) => {
    const hidden = x.type === "float" && x.text === y.text;
    return `${factor(x)} ${symbol} ${hidden ? `fromBits(bitcast<u32>(${y.text}))` : y.text}`;
  };

const shift =
  (symbol: string): Rule =>
  ([x, y]) =>
    `${x.text} ${symbol} (${y.type === "i32" ? `bitcast<u32>(${y.text})` : y.text} & 31u)`;

/** Returns the text of a value in another type: floats truncate and saturate, NaN becomes 0, and bool is x ≠ 0. */
export function converted(text: string, from: ScalarType, to: ScalarType): string {
  if (from === to) return text;
  const name = { float: "f32", i32: "i32", u32: "u32" };
  if (to === "bool") return `(!(${text} == ${name[from as "float"]}(0)))`;
  const one = { float: "1.0", i32: "1", u32: "1u" }[to];
  if (from === "bool") return `select(${name[to]}(0), ${one}, ${text})`;
  if (from === "float") return `${to === "i32" ? "truncI" : "truncU"}(${text})`;
  return to === "float" ? `f32(${text})` : `bitcast<${to}>(${text})`;
}

const conversion =
  (to: ScalarType): Rule =>
  ([x]) =>
    converted(x.text, x.type, to);

/** Writes small integer powers as products. */
const pow: Rule = ([x, y]) => {
  const t = x.text;
  if (y.literal === 1) return t;
  if (y.literal === 2) return `${t} * ${t}`;
  if (y.literal === 3) return `(${t} * ${t}) * ${t}`;
  if (y.literal === 4) return `(${t} * ${t}) * (${t} * ${t})`;
  return y.literal === -1 ? `1.0 / ${t}` : `powOf(${t}, ${y.text})`;
};

const table: Readonly<Record<PrimitiveName, Rule>> = {
  add: infix("+"),
  sub: apart("-"),
  mul: ([x, y]) => `${factor(x)} * ${factor(y)}`,
  div: byType(
    infix("/"),
    ([x, y]) => `${x.type === "i32" ? "divI" : "divU"}(${x.text}, ${y.text})`,
  ),
  neg: byType(
    ([x]) => `-${x.text}`,
    ([x]) => `0 - ${x.text}`,
  ),
  abs: call("abs"),
  sign: byType(([x]) => `select(sign(${x.text}), ${x.text}, isNan(${x.text}))`, call("sign")),
  min: byType(pair("least"), pair("min")),
  max: byType(pair("most"), pair("max")),
  floor: call("floor"),
  ceil: call("ceil"),
  round: call("round"),
  bitAnd: infix("&"),
  bitOr: infix("|"),
  bitXor: infix("^"),
  shiftLeft: shift("<<"),
  shiftRight: shift(">>"),
  lt: order("<"),
  le: order("<="),
  gt: order(">"),
  ge: order(">="),
  eq: equal,
  ne: differ,
  and: infix("&&"),
  or: infix("||"),
  not: ([x]) => `!${x.text}`,
  isFinite: call("finite"),
  select: ([c, x, y]) => `select(${y.text}, ${x.text}, ${c.text})`,
  toFloat: conversion("float"),
  toI32: conversion("i32"),
  toU32: conversion("u32"),
  toBool: conversion("bool"),
  sqrt: call("sqrt"),
  exp: call("expOf"),
  expm1: call("expm1Of"),
  log: call("logOf"),
  log1p: call("log1pOf"),
  sin: ([x]) => `wave(${x.text}, 0)`,
  cos: ([x]) => `wave(${x.text}, 1)`,
  tanh: call("tanhOf"),
  erf: call("erfOf"),
  pow,
};

const byFunction = new Map<ScalarFn, Rule>(
  (Object.keys(table) as PrimitiveName[]).map((name) => [primitiveFns[name], table[name]]),
);

/** Returns the rule of a primitive; undefined for functions that are defined by primitives. */
export function ruleOf(fn: ScalarFn): Rule | undefined {
  return byFunction.get(fn);
}
