import { add, cast, exp, expandDims, eye, floor, mul, type Node, sub, sum } from "@metrigrad/graph";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { lnFactorial } from "./lnFactorial.ts";
import { poissonDraws } from "./poissonDraws.ts";
import { rowLaw } from "./rowLaw.ts";
import { supports } from "./supports.ts";

const name = "poisson";

/**
 * The law of independent counts with rate e^h; y and h are [n, m]. ln p = yh − e^h − ln y!, so the score in h is y − e^h
 * and the Fisher information is diag e^h.
 */
const law = rowLaw({
  name,
  support: supports.counts,
  logProb: (observed: Node, h: Node) => {
    checkFits(name, observed, h, h.shape);
    const y = cast(observed, "float");
    return sum(sub(sub(mul(y, h), exp(h)), lnFactorial(y)), { axis: 1 });
  },
  sample: poissonDraws,
  fisher: (h: Node) => mul(expandDims(exp(h), 2), eye(h.shape[1] as number)),
  fisherDiagonal: (h: Node) => exp(h),
  fisherRoot: (h: Node) => mul(expandDims(exp(mul(h, 0.5)), 2), eye(h.shape[1] as number)),
  kl: (h: Node, other: Node) => {
    checkAlike(name, h, other);
    const apart = add(mul(exp(h), sub(h, other)), sub(exp(other), exp(h)));
    return sum(apart, { axis: 1 });
  },
  outcomes: () => null,
  predict: (h: Node) => floor(exp(h)),
});

/**
 * Returns the Poisson law of counts with rates e^h.
 *
 * h and y are [n, m]. The log-density is ln p = yh − e^h − ln y!, and the Fisher information in h is diag e^h.
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function poisson(): ClosedLaw {
  return law;
}
