import { div, mul } from "../arithmetic.ts";
import { literal } from "../build.ts";
import type { Expr } from "../expr.ts";
import { pow, sqrt } from "../transcendental.ts";
import type { Make, Rule, Rules } from "./rule.ts";

/** x to the n, for n from 1 to 4, by multiplications. */
function product(x: Expr, n: number, make: Make): Expr {
  const double = () => make(mul, x, x);
  if (n === 1) return x;
  if (n === 2) return double();
  return n === 3 ? make(mul, double(), x) : make(mul, double(), double());
}

/** x⁰ → 1 (as Math.pow, also for NaN), x^±1…±4 → products, x^±½ → √x. */
const powRule: Rule = (args, make) => {
  const [x, y] = args as readonly [Expr, Expr];
  if (y.kind !== "const") return null;
  const n = Math.abs(y.value);
  if (n === 0) return literal(1);
  const whole = n === 1 || n === 2 || n === 3 || n === 4;
  if (!whole && n !== 0.5) return null;
  const power = whole ? product(x, n, make) : make(sqrt, x);
  return y.value > 0 ? power : make(div, literal(1), power);
};

/** Rules for powers. */
export const powerRules: Rules = [[pow, powRule]];
