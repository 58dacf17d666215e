import type { Node } from "@metrigrad/graph";
import {
  argsOf,
  broadcastShapes,
  type CallExpr,
  derivedFns,
  type Expr,
  GraphError,
  type PrimitiveName,
  primitiveFns,
  type ScalarFn,
  type ScalarType,
  sameShape,
} from "@metrigrad/tensor";
import { typeNumber } from "../proto/encode.ts";
import type { Writer } from "./writer.ts";

/** Writes a scalar function of values with names, and returns the name of the result. */
type Rule = (args: readonly string[], call: CallExpr, to: Writer) => string;

/** The rule of a function that ONNX has. */
const same =
  (op: string): Rule =>
  (args, _, to) =>
    to.add(op, args);

/** The rule of a comparison that ONNX does not have, by the opposite one. */
const opposite =
  (op: string): Rule =>
  (args, _, to) =>
    to.add("Not", [to.add(op, args)]);

const conversion =
  (type: ScalarType): Rule =>
  ([x], _, to) =>
    to.add("Cast", [x as string], { to: typeNumber(type) });

const one = (to: Writer) => to.number(1, "float");

/** x / y. Integers divided by 0 give 0, which ONNX leaves open. */
const div: Rule = ([x = "", y = ""], { type }, to) => {
  if (type === "float") return to.add("Div", [x, y]);
  const none = to.add("Equal", [y, to.number(0, type)]);
  const quotient = to.add("Div", [x, to.add("Where", [none, to.number(1, type), y])]);
  return to.add("Where", [none, to.number(0, type), quotient]);
};

/** eˣ − 1. Near 0 it is 2t/(1 − t) with t = tanh(x/2), which keeps the digits. */
const expm1: Rule = ([x = ""], _, to) => {
  const t = to.add("Tanh", [to.add("Mul", [x, to.number(0.5, "float")])]);
  const near = to.add("Div", [to.add("Add", [t, t]), to.add("Sub", [one(to), t])]);
  const far = to.add("Sub", [to.add("Exp", [x]), one(to)]);
  const isNear = to.add("Less", [to.add("Abs", [x]), one(to)]);
  return to.add("Where", [isNear, near, far]);
};

/** ln(1 + x). Where u = 1 + x is rounded, ln(u)·x/(u − 1) keeps the digits (Goldberg 1991, theorem 4). */
const log1p: Rule = ([x = ""], _, to) => {
  const u = to.add("Add", [x, one(to)]);
  const factor = to.add("Div", [x, to.add("Sub", [u, one(to)])]);
  const lost = to.add("Equal", [u, one(to)]);
  // An infinite u has an infinite logarithm, and no quotient.
  const large = to.add("IsInf", [u]);
  const near = to.add("Mul", [to.add("Log", [u]), factor]);
  return to.add("Where", [lost, x, to.add("Where", [large, u, near])]);
};

const select: Rule = ([condition = "", x = "", y = ""], { type }, to) => {
  if (type !== "bool") return to.add("Where", [condition, x, y]);
  const other = to.add("And", [to.add("Not", [condition]), y]);
  return to.add("Or", [to.add("And", [condition, x]), other]);
};

/** ONNX has bits of unsigned integers alone, and graphs need them for random draws only. */
const bits: Rule = (_, { fn }) => {
  throw new GraphError({
    where: "onnxBytes",
    must: "element-wise functions must be ones that ONNX has",
    got: fn.name,
    todo: "compute it outside of the exported model",
  });
};

const rules: Readonly<Record<PrimitiveName, Rule>> = {
  add: same("Add"),
  sub: same("Sub"),
  mul: same("Mul"),
  div,
  neg: same("Neg"),
  abs: same("Abs"),
  sign: same("Sign"),
  min: same("Min"),
  max: same("Max"),
  floor: same("Floor"),
  ceil: same("Ceil"),
  round: same("Round"),
  sqrt: same("Sqrt"),
  exp: same("Exp"),
  log: same("Log"),
  sin: same("Sin"),
  cos: same("Cos"),
  tanh: same("Tanh"),
  erf: same("Erf"),
  pow: same("Pow"),
  expm1,
  log1p,
  lt: same("Less"),
  le: same("LessOrEqual"),
  gt: same("Greater"),
  ge: same("GreaterOrEqual"),
  eq: same("Equal"),
  ne: opposite("Equal"),
  and: same("And"),
  or: same("Or"),
  not: same("Not"),
  isFinite: ([x = ""], _, to) =>
    to.add("Not", [to.add("Or", [to.add("IsInf", [x]), to.add("IsNaN", [x])])]),
  select,
  toFloat: conversion("float"),
  toI32: conversion("i32"),
  toU32: conversion("u32"),
  toBool: conversion("bool"),
  bitAnd: bits,
  bitOr: bits,
  bitXor: bits,
  shiftLeft: bits,
  shiftRight: bits,
};

/** Functions by object: the primitives, and defined functions that ONNX has too. */
const ruleOf: ReadonlyMap<ScalarFn, Rule> = new Map<ScalarFn, Rule>([
  ...Object.entries(primitiveFns).map(([name, fn]) => [fn, rules[name as PrimitiveName]] as const),
  [derivedFns.sigmoid, same("Sigmoid")],
  [derivedFns.softplus, same("Softplus")],
  [derivedFns.softsign, same("Softsign")],
  [derivedFns.tan, same("Tan")],
  [derivedFns.atan, same("Atan")],
  [derivedFns.asin, same("Asin")],
  [derivedFns.acos, same("Acos")],
  [derivedFns.sinh, same("Sinh")],
  [derivedFns.cosh, same("Cosh")],
  [derivedFns.asinh, same("Asinh")],
  [derivedFns.acosh, same("Acosh")],
  [derivedFns.atanh, same("Atanh")],
]);

/** Writes an element-wise node. */
export function writeScalar(node: Node, expr: Expr, to: Writer): string {
  const names = new Map<Expr, string>();
  const nameOf = (part: Expr): string => {
    const known = names.get(part);
    if (known !== undefined) return known;
    const name = write(part);
    names.set(part, name);
    return name;
  };
  const write = (part: Expr): string => {
    if (part.kind === "arg") return to.nameOf(node.inputs[part.index] as Node);
    if (part.kind === "const") return to.number(part.value, part.type);
    const rule = ruleOf.get(part.fn);
    if (rule !== undefined) return rule(part.args.map(nameOf), part, to);
    return nameOf((part.fn.define as NonNullable<ScalarFn["define"]>)(part.args));
  };
  const made = nameOf(expr);
  const read = argsOf(expr).flatMap((arg) => (arg.kind === "arg" ? [arg.index] : []));
  const shape = broadcastShapes(
    "onnxBytes",
    ...read.map((index) => (node.inputs[index] as Node).shape),
  );
  return sameShape(shape, node.shape) ? made : to.add("Expand", [made, to.integers(node.shape)]);
}
