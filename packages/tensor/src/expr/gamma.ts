import { arg, call, literal } from "./build.ts";
import { compileExpr } from "./evaluate.ts";
import type { Expr, ScalarFn } from "./expr.ts";
import {
  ifAbove,
  ifBelow,
  ln,
  minus,
  nearest,
  negative,
  over,
  plus,
  polynomial,
  power,
  size,
  type Term,
  times,
} from "./formula.ts";
import { isFinite, select } from "./logic.ts";
import { cos, sin } from "./transcendental.ts";

/**
 * Coefficients in u = (x − 2.875)/(x + 2.875), for 1 ≤ x ≤ 8, of ln Γ(x)/((x − 1)(x − 2)); below those of ψ(x)/(x − x₀).
 *
 * They interpolate values at Chebyshev points, which were computed with 60 digits. The functions have poles at x ≤ 0, where
 * |u| ≥ 1; so the polynomials converge quickly. The relative errors are below 2e-16 for ln Γ and 2e-15 for ψ.
 */
const lgammaNear = [
  0.3540943079760371, -0.356034540601964, 0.12298983705350242, -0.1253446357300485,
  0.0791766581849314, -0.07962468266271117, 0.05951637710399967, -0.05937501963563266,
  0.047939807400650035, -0.04762675244341161, 0.04018959879092028, -0.039848905228361854,
  0.034620591751308154, -0.034316300872929736, 0.030257820913135818, -0.029828822416988955,
  0.02823034394228782, -0.028955080525758018, 0.017959184045807326, -0.013338418392394328,
  0.04661924307426619, -0.05909373231927041, -0.035927959299273185, 0.05711032630636848,
  0.08613730225174399, -0.10119074242341279,
];
const digammaNear = [
  0.6170887511965227, -0.8214488849217214, 0.530699466225806, -0.5307174846831827,
  0.4844755976838144, -0.49078862203236284, 0.4756628179710109, -0.48122984691934517,
  0.47436624461813376, -0.4784359242772042, 0.47450075568187955, -0.4773744902423359,
  0.4751685521212006, -0.4777263312280243, 0.47101886896876377, -0.46818903686049057,
  0.5095511711950022, -0.5408123137332962, 0.28074743269659486, -0.14592324408549168,
  1.2039538606941946, -1.5971833485811868, -1.1980830285075836, 1.852440411564286,
  2.443860742592939, -2.925173008865875,
];

/** The zero x₀ of ψ as the sum of two numbers. float32 holds the first one exactly, so x − x₀ keeps its digits. */
const zero = [1.4616321325302124, 1.2438149938918909e-8] as const;

/** Bernoulli's numbers B₂, B₄, …, B₂₀. */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/** x!. */
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

const unaryFloat: ScalarFn["type"] = ([x]) => (x === "float" ? x : null);

/** A function of one float that is computed by its definition. */
function defined(name: string, definition: (x: Expr) => Expr, slope: (x: Expr) => Expr): ScalarFn {
  let program: ((args: ArrayLike<number>) => number) | null = null;
  return {
    name,
    arity: 1,
    type: unaryFloat,
    evaluate: (args) => {
      program ??= compileExpr(definition(arg(0)));
      return program(args);
    },
    partials: ([x]) => [slope(x as Expr)],
    define: ([x]) => definition(x as Expr),
  };
}

/** The argument after reflection at ½: x if it is positive, else 1 − x. */
function reflected(x: Expr): Expr {
  return ifAbove(x, 0, x, minus(1, x));
}

/** π(x − n), where n is the nearest integer; 0 at infinity. */
function angle(x: Expr): Expr {
  return times(Math.PI, call(select, call(isFinite, x), minus(x, nearest(x)), literal(0)));
}

/** The variable u of the coefficients. */
function nearVariable(y: Expr): Expr {
  return over(minus(y, 2.875), plus(y, 2.875));
}

/**
 * ln |Γ(x)|; +∞ at 0 and at negative integers.
 *
 * From 8 on it is Stirling's series. Below 1 it is ln Γ(1 + x) − ln x. For x ≤ 0 it is ln π/|sin πx| − ln Γ(1 − x) (Abramowitz
 * and Stegun 6.1.41, 6.1.15, 6.1.17).
 */
export const lgamma: ScalarFn = defined(
  "lgamma",
  (x) => {
    const t = reflected(x);
    const logT = ln(t);
    const shifted = ifBelow(t, 1, plus(t, 1), t);
    const zeros = ifBelow(t, 1, times(t, minus(t, 1)), times(minus(t, 1), minus(t, 2)));
    const near = minus(
      times(zeros, polynomial(nearVariable(shifted), lgammaNear)),
      ifBelow(t, 1, logT, 0),
    );
    const inverse = over(1, t);
    const series = polynomial(
      times(inverse, inverse),
      bernoulli.slice(0, 8).map((b, j) => b / ((2 * j + 2) * (2 * j + 1))),
    );
    const far = plus(
      times(minus(t, 0.5), minus(logT, 1)),
      plus(times(series, inverse), Math.log(2 * Math.PI) / 2 - 0.5),
    );
    const value = ifBelow(t, 8, near, far);
    const wave = ln(over(Math.PI, size(call(sin, angle(x)))));
    return ifAbove(x, 0, value, minus(wave, value));
  },
  (x) => call(digamma, x),
);

/**
 * ψ(x) = d ln Γ(x)/dx. At 0 and at negative integers it is −∞, the limit from the right.
 *
 * From 8 on it is an asymptotic series. Below 1 it is ψ(1 + x) − 1/x. For x ≤ 0 it is ψ(1 − x) − π cot πx (Abramowitz and Stegun
 * 6.3.18, 6.3.5, 6.3.7).
 */
export const digamma: ScalarFn = defined(
  "digamma",
  (x) => {
    const t = reflected(x);
    const inverse = over(1, t);
    const shifted = ifBelow(t, 1, plus(t, 1), t);
    const near = minus(
      times(
        minus(minus(shifted, zero[0]), zero[1]),
        polynomial(nearVariable(shifted), digammaNear),
      ),
      ifBelow(t, 1, inverse, 0),
    );
    const square = times(inverse, inverse);
    const series = polynomial(
      square,
      bernoulli.slice(0, 8).map((b, j) => b / (2 * j + 2)),
    );
    const far = minus(ln(t), plus(times(0.5, inverse), times(square, series)));
    const value = ifBelow(t, 8, near, far);
    return ifAbove(x, 0, value, minus(value, times(Math.PI, cotangent(angle(x)))));
  },
  (x) => call(polygammaFn(1), x),
);

function cotangent(x: Expr): Expr {
  return over(call(cos, x), call(sin, x));
}

/** The functions ψ⁽ⁿ⁾ made so far, by order. */
const made = new Map<number, ScalarFn>();

/**
 * Returns the scalar function ψ⁽ⁿ⁾(x), the n-th derivative of ψ(x) = d ln Γ(x)/dx. The same order gives the same object.
 *
 * It takes eight steps of the recurrence and then the asymptotic series. For x ≤ 0 it uses the reflection formula (Abramowitz and
 * Stegun 6.4.6, 6.4.11, 6.4.7).
 *
 * @param order - The order n, an integer ≥ 1.
 * @returns The function, to be used with {@link call}.
 * @nothrow
 * @category Expressions
 */
export function polygammaFn(order: number): ScalarFn {
  const known = made.get(order);
  if (known !== undefined) return known;
  const fn = defined(
    `polygamma${order}`,
    (x) => polygammaOf(order, x),
    (x) => call(polygammaFn(order + 1), x),
  );
  made.set(order, fn);
  return fn;
}

/** Steps of the recurrence before the series. */
const steps = 8;

/** ψ⁽ⁿ⁾ of an expression. */
function polygammaOf(n: number, x: Expr): Expr {
  const t = reflected(x);
  // Σ 1/(t + k)^(n + 1), from the smallest term to the largest.
  let sum: Term = 0;
  for (let k = steps - 1; k >= 0; k--) sum = plus(sum, power(over(1, plus(t, k)), n + 1));
  const inverse = over(1, plus(t, steps));
  const square = times(inverse, inverse);
  // The series divided by n!: 1/(n Xⁿ) + 1/(2 Xⁿ⁺¹) + Σ B₂ⱼ (2j + n − 1)!/((2j)! n!) X^(−n − 2j).
  const series = polynomial(
    square,
    bernoulli.map((b, j) => {
      const even = 2 * j + 2;
      return (b * factorial(even + n - 1)) / (factorial(even) * factorial(n));
    }),
  );
  const head = plus(1 / n, plus(times(0.5, inverse), times(square, series)));
  const total = plus(sum, times(power(inverse, n), head));
  const sign = n % 2 === 0 ? -1 : 1;
  const value = times(sign * factorial(n), total);
  const wave = times(Math.PI ** (n + 1), cotangentSlope(n, cotangent(angle(x))));
  const mirrored = sign === 1 ? plus(value, wave) : minus(value, wave);
  return ifAbove(x, 0, value, sign === 1 ? negative(mirrored) : mirrored);
}

/** The n-th derivative of cot as a polynomial in c = cot: P₀ = c, Pₙ₊₁ = −(1 + c²)Pₙ'. */
function cotangentSlope(n: number, c: Expr): Expr {
  let p = [0, 1];
  for (let i = 0; i < n; i++) {
    const next = new Array<number>(p.length + 1).fill(0);
    p.forEach((value, power) => {
      if (power === 0) return;
      next[power - 1] = (next[power - 1] as number) - power * value;
      next[power + 1] = (next[power + 1] as number) - power * value;
    });
    p = next;
  }
  return polynomial(c, p);
}
