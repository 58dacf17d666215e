import { arg, call, derivedFns, literal, primitiveFns } from "@metrigrad/tensor";
import { defElementwise, elementwise, fromScalar, type Unary } from "./elementwise.ts";
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

/** One op per parameter, so that the same parameter gives the same value. */
function family(name: string, make: (parameter: number) => Unary): (parameter: number) => Unary {
  const made = new Map<number, Unary>();
  const member = (parameter: number) => {
    const known = made.get(parameter) ?? make(parameter);
    made.set(parameter, known);
    return known;
  };
  return Object.defineProperty(member, "name", { value: name });
}

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
