import {
  add,
  cast,
  clip,
  digamma,
  div,
  exp,
  lgamma,
  log,
  log1p,
  maximum,
  mul,
  type Node,
  neg,
  polygamma,
  sub,
  sum,
} from "@metrigrad/graph";
import { gammaDraws } from "../families/gammaDraws.ts";
import { blocksOf, parametersOf, rootOf, type TwoByTwo } from "./blocks.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw, typical } from "./rowLaw.ts";
import { squareTrigamma } from "./squareTrigamma.ts";
import { supports } from "./supports.ts";

const name = "beta";

/** Returns α and β, [n, m] each. */
function parts(h: Node): readonly [alpha: Node, beta: Node] {
  const [a, b] = parametersOf(name, ["ln α", "ln β"], h);
  return [exp(a as Node), exp(b as Node)];
}

/** Returns F of each response in (ln α, ln β): α²(ψ′(α) − ψ′(α + β)), −αβψ′(α + β), and the same as the first for β. */
function information(h: Node): TwoByTwo {
  const [alpha, beta] = parts(h);
  const shared = polygamma(1)(add(alpha, beta));
  const own = (x: Node) => sub(squareTrigamma(x), mul(mul(x, x), shared));
  return { first: own(alpha), across: neg(mul(mul(alpha, beta), shared)), second: own(beta) };
}

/** Returns ln B(α, β). */
function lnBeta(alpha: Node, beta: Node): Node {
  return sub(add(lgamma(alpha), lgamma(beta)), lgamma(add(alpha, beta)));
}

/**
 * The law of independent responses between 0 and 1 with density y^(α−1)(1 − y)^(β−1)/B(α, β). y is [n, m] and h = (ln α, ln
 * β) is [n, 2m]. The Fisher information of α and β is ψ′(α) − ψ′(α + β), −ψ′(α + β), ψ′(β) − ψ′(α + β). `fisher` has it in
 * the coordinates of h.
 */
const law = rowLaw({
  name,
  support: supports.unit,
  logProb: (observed: Node, h: Node) => {
    const [alpha, beta] = parts(h);
    checkFits(name, observed, h, alpha.shape);
    const y = cast(observed, "float");
    const powers = add(mul(sub(alpha, 1), log(y)), mul(sub(beta, 1), log1p(neg(y))));
    return sum(sub(powers, lnBeta(alpha, beta)), { axis: 1 });
  },
  sample: (h: Node, key: string) => {
    const [alpha, beta] = parts(h);
    const draw = (shape: Node, own: string) =>
      maximum(gammaDraws(shape, `${key}/${own}`), 2 ** -100);
    const [x, rest] = [draw(alpha, "alpha"), draw(beta, "beta")];
    // The draws are neither 0 nor 1 in float32.
    return clip(div(x, add(x, rest)), 2 ** -100, 1 - 2 ** -24);
  },
  fisher: (h: Node) => blocksOf(information(h), true),
  fisherDiagonal: null,
  fisherRoot: (h: Node) => blocksOf(rootOf(information(h)), false),
  kl: (h: Node, other: Node) => {
    checkAlike(name, h, other);
    const [[a, b], [c, d]] = [parts(h), parts(other)];
    const whole = add(a, b);
    // ln B' − ln B + (α − α')ψ(α) + (β − β')ψ(β) − (α + β − α' − β')ψ(α + β).
    const own = add(mul(sub(a, c), digamma(a)), mul(sub(b, d), digamma(b)));
    const shared = mul(sub(whole, add(c, d)), digamma(whole));
    return sum(add(sub(lnBeta(c, d), lnBeta(a, b)), sub(own, shared)), { axis: 1 });
  },
  outcomes: () => null,
  how: typical,
  // The prediction is the mean, since the density may be largest at the ends.
  predict: (h: Node) => {
    const [alpha, beta] = parts(h);
    return div(alpha, add(alpha, beta));
  },
});

/**
 * Returns the beta law of responses between 0 and 1, such as shares.
 *
 * The density is y^(α−1)(1 − y)^(β−1)/B(α, β). h is ln α beside ln β, [n, 2m], and y is [n, m]. `predict` gives the mean.
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function beta(): ClosedLaw {
  return law;
}
