import { abs, add, div, max, min, mul, neg, sub } from "../arithmetic.ts";
import { literal } from "../build.ts";
import { square } from "../derived.ts";
import type { Expr } from "../expr.ts";
import { isLiteral } from "../pool.ts";
import { argumentOf, type Make, type Rule, type Rules } from "./rule.ts";

type Pair = readonly [Expr, Expr];

/** x + 0 → x, x + (−y) → x − y. */
const addRule: Rule = (args, make) => {
  const [x, y] = args as Pair;
  if (isLiteral(x, 0)) return y;
  if (isLiteral(y, 0)) return x;
  const minusY = argumentOf(neg, y);
  if (minusY !== null) return make(sub, x, minusY);
  const minusX = argumentOf(neg, x);
  return minusX === null ? null : make(sub, y, minusX);
};

/** x − 0 → x, 0 − x → −x, x − (−y) → x + y. */
const subRule: Rule = (args, make) => {
  const [x, y] = args as Pair;
  if (isLiteral(y, 0)) return x;
  if (isLiteral(x, 0) && x.type !== "u32") return make(neg, y);
  const minusY = argumentOf(neg, y);
  return minusY === null ? null : make(add, x, minusY);
};

/** Moves a sign out of a product or quotient of x and y, or into a literal if there is one. */
function signs(x: Expr, y: Expr, again: (x: Expr, y: Expr) => Expr, make: Make): Expr | null {
  const minusX = argumentOf(neg, x);
  const minusY = argumentOf(neg, y);
  if (minusX !== null && minusY !== null) return again(minusX, minusY);
  if (minusX !== null) return y.kind === "const" ? again(minusX, make(neg, y)) : null;
  return minusY !== null && x.kind === "const" ? again(make(neg, x), minusY) : null;
}

/** x·1 → x, x·(−1) → −x, (−x)(−y) → x·y, (−x)·c → x·(−c). A product with 0 stays: x may be NaN. */
const mulRule: Rule = (args, make) => {
  const [x, y] = args as Pair;
  if (isLiteral(x, 1)) return y;
  if (isLiteral(y, 1)) return x;
  if (isLiteral(x, -1)) return make(neg, y);
  if (isLiteral(y, -1)) return make(neg, x);
  return signs(x, y, (p, q) => make(mul, p, q), make);
};

/** x/1 → x, x/(−1) → −x, (−x)/(−y) → x/y, (−x)/c → x/(−c). */
const divRule: Rule = (args, make) => {
  const [x, y] = args as Pair;
  if (isLiteral(y, 1)) return x;
  if (x.type !== "float") return null;
  if (isLiteral(y, -1)) return make(neg, x);
  return signs(x, y, (p, q) => make(div, p, q), make);
};

/** −(−x) → x, −(x − y) → y − x, −(c·x) → (−c)·x, −(c/x) → (−c)/x. */
const negRule: Rule = (args, make) => {
  const x = args[0] as Expr;
  if (x.kind !== "call") return null;
  const [p, q] = x.args as Pair;
  if (x.fn === neg) return p;
  if (x.fn === sub) return make(sub, q, p);
  if (x.type === "float" && (x.fn === mul || x.fn === div)) {
    if (p.kind === "const") return make(x.fn, literal(-p.value), q);
    if (q.kind === "const") return make(x.fn, p, literal(-q.value));
  }
  return null;
};

/** |−x| → |x|, ||x|| → |x|. */
const absRule: Rule = (args, make) => {
  const x = args[0] as Expr;
  if (argumentOf(abs, x) !== null) return x;
  const minus = argumentOf(neg, x);
  return minus === null ? null : make(abs, minus);
};

/** x² → x·x. */
const squareRule: Rule = (args, make) => make(mul, args[0] as Expr, args[0] as Expr);

/** The smaller or the larger of x and x is x. */
const sameRule: Rule = (args) => (args[0] === args[1] ? (args[0] as Expr) : null);

/** Rules for sums, products, signs and extremes. */
export const arithmeticRules: Rules = [
  [add, addRule],
  [sub, subRule],
  [mul, mulRule],
  [div, divRule],
  [neg, negRule],
  [abs, absRule],
  [square, squareRule],
  [min, sameRule],
  [max, sameRule],
];
