import {
  add,
  cast,
  floor,
  less,
  minimum,
  mul,
  type Node,
  neg,
  sigmoid,
  softplus,
  sqrt,
  sub,
  sum,
  uniform,
} from "@metrigrad/graph";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { asDiagonal } from "./blocks.ts";
import { checkCount } from "./count.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { lnFactorial } from "./lnFactorial.ts";
import { lnGamma } from "./lnGamma.ts";
import { rowLaw } from "./rowLaw.ts";
import { wholeTo } from "./supports.ts";

/** The largest number of outcomes that are listed. */
const manyOutcomes = 4096;

/**
 * Makes the law of independent counts of successes among N trials with P = sigm(h); y and h are [n, m].
 *
 * The log-density is ln p = ln(N over y) + yh − N ln(1 + e^h). So the score in h is y − Np, and the Fisher information is
 * diag Np(1 − p). A draw takes N uniform numbers.
 *
 * @param trials - The number N of trials.
 * @returns The law.
 * @throws {@link ShapeError} if `trials` is not a positive integer.
 * @category Laws and losses
 */
export function binomial(trials: number): ClosedLaw {
  checkCount("binomial", "the number of trials", trials);
  const name = `binomial(${trials})`;
  const lnTrials = lnGamma(trials + 1);
  // In float32, 1 − p loses all digits if the log odds are above 16.
  const variance = (h: Node) => mul(mul(sigmoid(h), sigmoid(neg(h))), trials);
  return rowLaw({
    name,
    support: wholeTo(trials),
    logProb: (observed: Node, h: Node) => {
      checkFits(name, observed, h, h.shape);
      const y = cast(observed, "float");
      const ways = sub(lnTrials, add(lnFactorial(y), lnFactorial(sub(trials, y))));
      return sum(add(ways, sub(mul(y, h), mul(softplus(h), trials))), { axis: 1 });
    },
    sample: (h: Node, key: string) => {
      const draws = uniform([trials, ...h.shape], { key });
      return sum(cast(less(draws, sigmoid(h)), "float"), { axis: 0 });
    },
    fisher: (h: Node) => asDiagonal(variance(h)),
    fisherDiagonal: variance,
    fisherRoot: (h: Node) => asDiagonal(sqrt(variance(h))),
    kl: (h: Node, other: Node) => {
      checkAlike(name, h, other);
      const each = add(mul(sigmoid(h), sub(h, other)), sub(softplus(other), softplus(h)));
      return mul(sum(each, { axis: 1 }), trials);
    },
    outcomes: (m: number): Tensor | null => {
      const count = (trials + 1) ** m;
      if (count > manyOutcomes) return null;
      const digit = (code: number, at: number) =>
        Math.floor(code / (trials + 1) ** at) % (trials + 1);
      const codes = Array.from({ length: count }, (_, code) => code);
      return tensor(codes.map((code) => Array.from({ length: m }, (_, at) => digit(code, at))));
    },
    predict: (h: Node) => minimum(floor(mul(sigmoid(h), trials + 1)), trials),
  });
}
