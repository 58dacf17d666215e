import { arg, call, derivedFns, literal, primitiveFns } from "@metrigrad/tensor";
import { defElementwise, elementwise, fromScalar, type Unary } from "./elementwise.ts";
import { family } from "./family.ts";
import { pointwiseOp } from "./pointwise.ts";

/**
 * Computes the hyperbolic tangent tanh x of each element.
 *
 * @category Ops: elements
 */
export const tanh: Unary = fromScalar(primitiveFns.tanh);

/**
 * Computes the logistic function 1/(1 + e⁻ˣ) of each element.
 *
 * @category Ops: elements
 */
export const sigmoid: Unary = fromScalar(derivedFns.sigmoid);

/**
 * Computes ln(1 + eˣ) of each element, without overflow.
 *
 * @category Ops: elements
 */
export const softplus: Unary = fromScalar(derivedFns.softplus);

/**
 * Replaces negative elements by 0: max(x, 0).
 *
 * The derivative at 0 is 0. NaN stays NaN.
 *
 * @category Ops: elements
 */
export const relu: Unary = defElementwise({ name: "relu", f: "x <= 0 ? 0 : x" });

/**
 * Computes x·Φ(x), where Φ is the standard normal distribution function (Hendrycks and Gimpel
 * 2016).
 *
 * @category Ops: elements
 */
export const gelu: Unary = defElementwise({ name: "gelu", f: "0.5*x*(1+erf(x/sqrt(2)))" });

/**
 * Computes x·sigmoid(x), which is also called swish (Elfwing et al. 2017).
 *
 * @category Ops: elements
 */
export const silu: Unary = defElementwise({ name: "silu", f: "x*sigmoid(x)" });

/**
 * Computes x·tanh(ln(1 + eˣ)) (Misra 2019).
 *
 * @category Ops: elements
 */
export const mish: Unary = defElementwise({ name: "mish", f: "x*tanh(softplus(x))" });

/**
 * Computes the logarithm of {@link sigmoid}, −ln(1 + e⁻ˣ), without overflow.
 *
 * @category Ops: elements
 */
export const logsigmoid: Unary = defElementwise({ name: "logsigmoid", f: "-softplus(-x)" });

/**
 * Computes x/(1 + |x|). The derivative is 1/(1 + |x|)².
 *
 * @category Ops: elements
 */
export const softsign: Unary = fromScalar(derivedFns.softsign);

/**
 * Computes λx where x > 0, and λα(eˣ − 1) elsewhere, with λ ≈ 1.0507 and α ≈ 1.6733.
 *
 * These constants keep the mean 0 and the variance 1 of a sum of many inputs (Klambauer et al.
 * 2017).
 *
 * @category Ops: elements
 */
export const selu: Unary = defElementwise({
  name: "selu",
  f: "1.0507009873554805*(x > 0 ? x : 1.6732632423543772*expm1(x))",
});

/**
 * The slope below 0 of each rectifier. The key is the op, because {@link unaryOf} makes another
 * value with the same op.
 */
const leaks = new WeakMap<object, number>([[relu.op, 0]]);

/**
 * Returns the activation that is x where x > 0, and leak·x elsewhere.
 *
 * The derivative at 0 is `leak`. Two calls with the same leak return the same value.
 *
 * @function
 * @param leak - The slope below 0.
 * @returns The activation: a function of one value.
 * @nothrow
 * @category Ops: elements
 */
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
 * Returns the slope of a rectifier below 0.
 *
 * @param activation - An activation, such as `relu` or `leakyRelu(0.01)`.
 * @returns 0 for {@link relu}, the leak for an activation that {@link leakyRelu} made, and null for
 *   every other one.
 * @nothrow
 * @category Ops: elements
 */
export function leakOf(activation: Unary): number | null {
  return leaks.get(activation.op) ?? null;
}

/**
 * Returns the activation that is x where x > 0, and α(eˣ − 1) elsewhere (Clevert et al. 2015).
 *
 * Two calls with the same α return the same value.
 *
 * @function
 * @param alpha - The factor α below 0.
 * @returns The activation: a function of one value.
 * @nothrow
 * @category Ops: elements
 */
export const eluWith: (alpha: number) => Unary = family("eluWith", (alpha) =>
  elementwise(
    pointwiseOp(alpha === 1 ? "elu" : `elu(${alpha})`, 1, () => {
      const x = arg(0);
      const below = call(primitiveFns.mul, literal(alpha), call(primitiveFns.expm1, x));
      return call(primitiveFns.select, call(primitiveFns.gt, x, literal(0)), x, below);
    }),
  ),
);

/**
 * Computes x where x > 0, and eˣ − 1 elsewhere. It is `eluWith(1)`.
 *
 * @category Ops: elements
 */
export const elu: Unary = eluWith(1);

/**
 * Returns the activation that is x where x > 0, and α(e^(x/α) − 1) elsewhere.
 *
 * Its derivative is continuous (Barron 2017). Two calls with the same α return the same value.
 *
 * @function
 * @param alpha - The scale α; 1 by default.
 * @returns The activation: a function of one value.
 * @nothrow
 * @category Ops: elements
 */
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
