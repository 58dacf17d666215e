import { derivedFns, polygammaFn, ShapeError } from "@metrigrad/tensor";
import { fromScalar, type Unary } from "./elementwise.ts";
import { family } from "./family.ts";

/**
 * Computes ln |Γ(x)|, the logarithm of the gamma function.
 *
 * The derivative is {@link digamma}. At 0 and at negative integers, the poles, the result is +∞. In
 * float32 the error for x > 0 is below 6 units in the last place of max(|ln Γ|, 0.1). For x < 0 it
 * grows near the poles.
 *
 * @category Ops: elements
 */
export const lgamma: Unary = fromScalar(derivedFns.lgamma);

/**
 * Computes ψ(x) = Γ′(x)/Γ(x), the derivative of {@link lgamma}.
 *
 * Its own derivative is `polygamma(1)`. At 0 and at negative integers, the poles, the result is −∞,
 * the limit from the right. In float32 the error for x > 0 is below 6 units in the last place of
 * max(|ψ|, 0.1). For x < 0 it grows near the poles.
 *
 * @category Ops: elements
 */
export const digamma: Unary = fromScalar(derivedFns.digamma);

/** Makes one op for each order above 0. */
const ofOrder: (order: number) => Unary = family("polygamma", (order) =>
  fromScalar(polygammaFn(order), `polygamma(${order})`),
);

/**
 * Returns the op ψ⁽ⁿ⁾(x), the n-th derivative of {@link digamma}. `polygamma(1)` is the trigamma
 * function.
 *
 * @param order - The order n, an integer from 0 to 20.
 * @returns The op. Two calls with the same order return the same op.
 * @throws {@link ShapeError} if the order is not an integer from 0 to 20.
 * @category Ops: elements
 */
export function polygamma(order: number): Unary {
  if (!Number.isInteger(order) || order < 0 || order > 20) {
    throw new ShapeError({
      where: "polygamma",
      must: "the order must be a whole number from 0 to 20",
      got: String(order),
      todo: "pass the order first: polygamma(1)(x)",
    });
  }
  return order === 0 ? digamma : ofOrder(order);
}
