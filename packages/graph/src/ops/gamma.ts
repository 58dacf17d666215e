import { derivedFns, polygammaFn, ShapeError } from "@metrigrad/tensor";
import { fromScalar, type Unary } from "./elementwise.ts";
import { family } from "./family.ts";

/**
 * ln |Γ(x)|, with ψ as derivative; +∞ at 0 and at negative integers, the poles. In float32 the error is
 * below 6 units in the last place of max(|ln Γ|, 0.1) for x > 0; below 0 it grows towards the poles.
 */
export const lgamma: Unary = fromScalar(derivedFns.lgamma);

/**
 * ψ(x) = Γ'(x)/Γ(x), with `polygamma(1)` as derivative; at its poles, 0 and the negative integers, it is
 * −∞, the limit from the right. In float32 the error is below 6 units in the last place of
 * max(|ψ|, 0.1) for x > 0; below 0 it grows towards the poles.
 */
export const digamma: Unary = fromScalar(derivedFns.digamma);

const ofOrder: (order: number) => Unary = family("polygamma", (order) =>
  fromScalar(polygammaFn(order), `polygamma(${order})`),
);

/**
 * The op ψ⁽ⁿ⁾(x), the n-th derivative of ψ = `digamma`: ψ′ = `polygamma(1)` is the trigamma function.
 * @param order n ≥ 0
 * @returns an op; the same one for the same order
 * @throws ShapeError for an order that is not a whole number from 0 to 20
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
