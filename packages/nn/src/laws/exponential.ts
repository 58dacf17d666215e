import {
  broadcastTo,
  cast,
  div,
  exp,
  eye,
  less,
  log,
  mul,
  type Node,
  neg,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { openUniform } from "./openUniform.ts";
import { rowLaw, typical } from "./rowLaw.ts";
import { supports } from "./supports.ts";

const name = "exponential";

/** Returns the unit matrix for every row. */
function unit(h: Node): Node {
  const [n = 0, m = 0] = h.shape;
  return broadcastTo(eye(m), [n, m, m]);
}

/**
 * The law of independent waiting times with rate e^h; y and h are [n, m]. ln p = h − e^h y, so the Fisher information in h
 * is I.
 */
const law = rowLaw({
  name,
  support: supports.positive,
  logProb: (observed: Node, h: Node) => {
    checkFits(name, observed, h, h.shape);
    const y = cast(observed, "float");
    const each = where(less(0, y), sub(h, mul(exp(h), y)), Number.NEGATIVE_INFINITY);
    return sum(each, { axis: 1 });
  },
  sample: (h: Node, key: string) => {
    // The uniform draws are neither 0 nor 1.
    const u = openUniform(h.shape, key);
    return div(neg(log(u)), exp(h));
  },
  fisher: unit,
  fisherDiagonal: 1,
  fisherRoot: unit,
  kl: (h: Node, other: Node) => {
    checkAlike(name, h, other);
    const apart = sub(other, h);
    return sum(sub(sub(exp(apart), apart), 1), { axis: 1 });
  },
  outcomes: () => null,
  how: typical,
  // The prediction is the mean, since the density is largest at 0 and no response is 0.
  predict: (h: Node) => exp(neg(h)),
});

/**
 * Returns the exponential law of waiting times with rates e^h.
 *
 * h and y are [n, m], and y is above 0. `predict` gives the mean e^−h.
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function exponential(): ClosedLaw {
  return law;
}
