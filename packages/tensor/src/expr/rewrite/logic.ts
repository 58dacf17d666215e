import { literal } from "../build.ts";
import type { Expr, ScalarType } from "../expr.ts";
import { and, not, or, select, toBool, toFloat, toI32, toU32 } from "../logic.ts";
import { isLiteral } from "../pool.ts";
import { argumentOf, type Rule, type Rules } from "./rule.ts";

/** ¬¬x → x. */
const notRule: Rule = (args) => argumentOf(not, args[0]);

/** Simplifies "and" and "or" with a literal, with equal operands, or with an operand and its negation. */
const junction =
  (neutral: 0 | 1): Rule =>
  (args) => {
    const [x, y] = args as readonly [Expr, Expr];
    if (isLiteral(x, neutral) || x === y) return y;
    if (isLiteral(y, neutral)) return x;
    const decided = x.kind === "const" || y.kind === "const";
    const opposite = argumentOf(not, x) === y || argumentOf(not, y) === x;
    return decided || opposite ? literal(1 - neutral, "bool") : null;
  };

/** Simplifies a choice with a known condition, equal branches or a negated condition. */
const selectRule: Rule = (args, make) => {
  const [condition, x, y] = args as readonly [Expr, Expr, Expr];
  if (condition.kind === "const") return condition.value !== 0 ? x : y;
  if (x === y) return x;
  const negated = argumentOf(not, condition);
  return negated === null ? null : make(select, negated, y, x);
};

/** Drops a conversion to the type that the argument already has. */
const conversion =
  (to: ScalarType): Rule =>
  (args) =>
    args[0]?.type === to ? args[0] : null;

/** Rules for conditions and conversions. */
export const logicRules: Rules = [
  [not, notRule],
  [and, junction(1)],
  [or, junction(0)],
  [select, selectRule],
  [toFloat, conversion("float")],
  [toI32, conversion("i32")],
  [toU32, conversion("u32")],
  [toBool, conversion("bool")],
];
