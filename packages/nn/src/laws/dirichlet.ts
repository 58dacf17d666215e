import {
  add,
  cast,
  digamma,
  div,
  exp,
  expandDims,
  lgamma,
  log,
  matmul,
  maximum,
  mul,
  type Node,
  polygamma,
  sqrt,
  sub,
  sum,
} from "@metrigrad/graph";
import { gammaDraws } from "../families/gammaDraws.ts";
import { asDiagonal } from "./blocks.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw, typical } from "./rowLaw.ts";
import { squareTrigamma } from "./squareTrigamma.ts";
import { shares } from "./supports.ts";

const name = "dirichlet";

/** Returns the sum over the columns, [n, 1]. */
function total(x: Node): Node {
  return sum(x, { axis: 1, keepDims: true });
}

/**
 * The law of m shares that add up to 1, with density Π y_i^(α_i − 1)/B(α). y is [n, m] and h = ln α is [n, m]. The Fisher
 * information in h is diag(α²ψ′(α)) − ψ′(Σα)αα' (Minka 2000, Estimating a Dirichlet distribution).
 */
const law = rowLaw({
  name,
  support: shares,
  logProb: (observed: Node, h: Node) => {
    checkFits(name, observed, h, h.shape);
    const alpha = exp(h);
    const powers = mul(sub(alpha, 1), log(cast(observed, "float")));
    const whole = lgamma(sum(alpha, { axis: 1 }));
    return add(whole, sum(sub(powers, lgamma(alpha)), { axis: 1 }));
  },
  sample: (h: Node, key: string) => {
    const draws = maximum(gammaDraws(exp(h), key), 2 ** -100);
    return div(draws, total(draws));
  },
  fisher: (h: Node) => {
    const alpha = exp(h);
    const own = asDiagonal(squareTrigamma(alpha));
    const shared = mul(polygamma(1)(total(alpha)), alpha);
    return sub(own, matmul(expandDims(shared, 2), expandDims(alpha, 1)));
  },
  fisherDiagonal: null,
  // F = D^½(I − ww')D^½ with w = √ψ′(Σα) D^−½α, and (I − tww')² = I − ww' for t = 1/(1 + √(1 − |w|²)).
  fisherRoot: (h: Node) => {
    const alpha = exp(h);
    const root = sqrt(squareTrigamma(alpha));
    const w = div(mul(alpha, sqrt(polygamma(1)(total(alpha)))), root);
    const size = total(mul(w, w));
    const t = div(1, add(1, sqrt(maximum(sub(1, size), 0))));
    const left = expandDims(mul(root, w), 2);
    return sub(asDiagonal(root), matmul(left, expandDims(mul(t, w), 1)));
  },
  kl: (h: Node, other: Node) => {
    checkAlike(name, h, other);
    const [alpha, to] = [exp(h), exp(other)];
    const means = sub(digamma(alpha), digamma(total(alpha)));
    const own = sub(mul(sub(alpha, to), means), sub(lgamma(alpha), lgamma(to)));
    const whole = sub(lgamma(sum(alpha, { axis: 1 })), lgamma(sum(to, { axis: 1 })));
    return add(whole, sum(own, { axis: 1 }));
  },
  outcomes: () => null,
  how: typical,
  // The prediction is the mean, since the density may be largest at the ends.
  predict: (h: Node) => {
    const alpha = exp(h);
    return div(alpha, total(alpha));
  },
});

/**
 * Returns the Dirichlet law of m shares that add up to 1.
 *
 * The density is Π y_i^(α_i − 1)/B(α). h is ln α, [n, m], and y is [n, m]. `predict` gives the mean.
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function dirichlet(): ClosedLaw {
  return law;
}
