import { arg, call, derivedFns, literal, primitiveFns } from "@metrigrad/tensor";
import { defElementwise, elementwise, fromScalar, type Unary } from "./elementwise.ts";
import { family } from "./family.ts";
import { pointwiseOp } from "./pointwise.ts";

/** tanh x. */
export const tanh: Unary = fromScalar(primitiveFns.tanh);

/** 1/(1 + e⁻ˣ). */
export const sigmoid: Unary = fromScalar(derivedFns.sigmoid);

/** ln(1 + eˣ) without overflow. */
export const softplus: Unary = fromScalar(derivedFns.softplus);

/** max(x, 0); derivative 0 at 0, and NaN stays NaN. */
export const relu: Unary = defElementwise({ name: "relu", f: "x <= 0 ? 0 : x" });

/** x·Φ(x) with the standard normal distribution function Φ (Hendrycks and Gimpel 2016). */
export const gelu: Unary = defElementwise({ name: "gelu", f: "0.5*x*(1+erf(x/sqrt(2)))" });

/** x·sigmoid(x), also called swish (Elfwing et al. 2017). */
export const silu: Unary = defElementwise({ name: "silu", f: "x*sigmoid(x)" });

/** x·tanh(ln(1 + eˣ)) (Misra 2019). */
export const mish: Unary = defElementwise({ name: "mish", f: "x*tanh(softplus(x))" });

/** ln(1/(1 + e⁻ˣ)) = −ln(1 + e⁻ˣ) without overflow. */
export const logsigmoid: Unary = defElementwise({ name: "logsigmoid", f: "-softplus(-x)" });

/** x/(1 + |x|); derivative 1/(1 + |x|)². */
export const softsign: Unary = fromScalar(derivedFns.softsign);

/**
 * λx where x > 0, else λα(eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733, which keep mean 0 and variance 1 of
 * many inputs (Klambauer et al. 2017).
 */
export const selu: Unary = defElementwise({
  name: "selu",
  f: "1.0507009873554805*(x > 0 ? x : 1.6732632423543772*expm1(x))",
});

/** By op: an activation that is read off a graph is another value with the same op. */
const leaks = new WeakMap<object, number>([[relu.op, 0]]);

/** The activation x where x > 0, else leak·x; derivative `leak` at 0. Equal leaks give one value. */
export const leakyRelu: (leak: number) => Unary = family("leakyRelu", (leak) => {
  const op = pointwiseOp(`leakyRelu(${leak})`, 1, () => {
    const x = arg(0);
    const below = call(primitiveFns.mul, literal(leak), x);
    return call(primitiveFns.select, call(primitiveFns.gt, x, literal(0)), x, below);
  });
  leaks.set(op, leak);
  return elementwise(op);
});

/**
 * The slope below 0 of a rectifier.
 *
 * @param activation - An activation, such as `relu` or `leakyRelu(0.01)`.
 * @returns 0 for `relu`, the leak for one made by `leakyRelu`, null for any other.
 */
export function leakOf(activation: Unary): number | null {
  return leaks.get(activation.op) ?? null;
}

/** The activation x where x > 0, else α(eˣ − 1) (Clevert et al. 2015). Equal α give one value. */
export const eluWith: (alpha: number) => Unary = family("eluWith", (alpha) =>
  elementwise(
    pointwiseOp(alpha === 1 ? "elu" : `elu(${alpha})`, 1, () => {
      const x = arg(0);
      const below = call(primitiveFns.mul, literal(alpha), call(primitiveFns.expm1, x));
      return call(primitiveFns.select, call(primitiveFns.gt, x, literal(0)), x, below);
    }),
  ),
);

/** x where x > 0, else eˣ − 1. */
export const elu: Unary = eluWith(1);

/** x where x > 0, else α(e^(x/α) − 1), with a continuous derivative (Barron 2017); α = 1 by default. */
export const celu: (alpha?: number) => Unary = family(
  "celu",
  (alpha) =>
    defElementwise({
      name: alpha === 1 ? "celu" : `celu(${alpha})`,
      args: ["x"],
      f: `x > 0 ? x : (${alpha})*expm1(x/(${alpha}))`,
    }),
  1,
);
