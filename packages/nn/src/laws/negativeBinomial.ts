import {
  add,
  cast,
  exp,
  fill,
  floor,
  lgamma,
  log,
  maximum,
  mul,
  type Node,
  softplus,
  sqrt,
  sub,
  sum,
} from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError } from "@metrigrad/tensor";
import { gammaDraws } from "../families/gammaDraws.ts";
import { asDiagonal } from "./blocks.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { lnFactorial } from "./lnFactorial.ts";
import { lnGamma } from "./lnGamma.ts";
import { poissonDraws } from "./poissonDraws.ts";
import { rowLaw } from "./rowLaw.ts";
import { supports } from "./supports.ts";

/**
 * Options of {@link negativeBinomial}.
 *
 * @category Laws and losses
 */
export interface NegativeBinomialOptions {
  /** The number r > 0 in the variance μ + μ²/r; 1 by default. With a larger r the law is nearer to `poisson`. */
  readonly dispersion?: number;
}

/**
 * Makes the law of independent counts with mean μ = e^h and variance μ + μ²/r; y and h are [n, m].
 *
 * The score in h is (y − μ)/(1 + μ/r), so the Fisher information is diag μ/(1 + μ/r) (Hilbe 2011, Negative Binomial
 * Regression, section 8.2).
 *
 * @param options - The dispersion r; 1 by default.
 * @returns The law.
 * @throws {@link ShapeError} if r is not positive and finite.
 * @throws {@link GraphError} if an option is unknown.
 * @category Laws and losses
 */
export function negativeBinomial(options: NegativeBinomialOptions = {}): ClosedLaw {
  checkNames("negativeBinomial", options, ["dispersion"], GraphError);
  const { dispersion: r = 1 } = options;
  if (!(r > 0 && Number.isFinite(r))) {
    throw new ShapeError({
      where: "negativeBinomial",
      must: "dispersion must be a positive number",
      got: String(r),
      todo: "leave it out for 1, or take poisson() where the variance is the mean",
    });
  }
  const name = `negativeBinomial(${r})`;
  /** Returns ln(1 + μ/r). */
  const lnWhole = (h: Node) => softplus(sub(h, Math.log(r)));
  const information = (h: Node) => exp(sub(h, lnWhole(h)));
  return rowLaw({
    name,
    support: supports.counts,
    logProb: (observed: Node, h: Node) => {
      checkFits(name, observed, h, h.shape);
      const y = cast(observed, "float");
      const ways = sub(sub(lgamma(add(y, r)), lnGamma(r)), lnFactorial(y));
      const powers = sub(mul(y, sub(h, Math.log(r))), mul(add(y, r), lnWhole(h)));
      return sum(add(ways, powers), { axis: 1 });
    },
    // A draw is a count whose rate has a gamma distribution of shape r.
    sample: (h: Node, key: string) => {
      const rate = mul(gammaDraws(fill(h.shape, r), `${key}/rate`), 1 / r);
      return poissonDraws(add(h, log(maximum(rate, 1e-30))), key);
    },
    fisher: (h: Node) => asDiagonal(information(h)),
    fisherDiagonal: information,
    fisherRoot: (h: Node) => asDiagonal(sqrt(information(h))),
    kl: (h: Node, other: Node) => {
      checkAlike(name, h, other);
      const apart = sub(lnWhole(other), lnWhole(h));
      const each = add(mul(add(exp(h), r), apart), mul(exp(h), sub(h, other)));
      return sum(each, { axis: 1 });
    },
    outcomes: () => null,
    // The prediction is the mode, ⌊μ(r − 1)/r⌋ for r > 1.
    predict: (h: Node) => floor(mul(exp(h), Math.max(0, 1 - 1 / r))),
  });
}
