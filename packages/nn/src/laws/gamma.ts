import {
  add,
  cast,
  digamma,
  div,
  exp,
  less,
  lgamma,
  log,
  maximum,
  mul,
  type Node,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import { gammaDraws } from "../families/gammaDraws.ts";
import { blocksOf, parametersOf, rootOf, type TwoByTwo } from "./blocks.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw, typical } from "./rowLaw.ts";
import { squareTrigamma } from "./squareTrigamma.ts";
import { supports } from "./supports.ts";

const name = "gamma";

/** Returns ln α and ln β, [n, m] each. */
function parts(h: Node): readonly [shape: Node, rate: Node] {
  return parametersOf(name, ["ln of the shapes", "ln of the rates"], h) as [Node, Node];
}

/** Returns F of each response in (ln α, ln β): α²ψ′(α), −α; −α, α. */
function information(h: Node): TwoByTwo {
  const alpha = exp(parts(h)[0]);
  return { first: squareTrigamma(alpha), across: mul(alpha, -1), second: alpha };
}

/**
 * The law of independent positive responses with density β^α y^(α−1) e^(−βy)/Γ(α). y is [n, m] and h = (ln α, ln β) is [n,
 * 2m]. The Fisher information of α and β is ψ′(α), −1/β, α/β². `fisher` has it in the coordinates of h.
 */
const law = rowLaw({
  name,
  support: supports.positive,
  logProb: (observed: Node, h: Node) => {
    const [lnAlpha, lnBeta] = parts(h);
    checkFits(name, observed, h, lnAlpha.shape);
    const y = cast(observed, "float");
    const [alpha, beta] = [exp(lnAlpha), exp(lnBeta)];
    const power = mul(sub(alpha, 1), log(y));
    const each = sub(sub(add(mul(alpha, lnBeta), power), mul(beta, y)), lgamma(alpha));
    return sum(each, { axis: 1 });
  },
  sample: (h: Node, key: string) => {
    const [lnAlpha, lnBeta] = parts(h);
    // Draws with a small α may be too small for float32.
    return div(maximum(gammaDraws(exp(lnAlpha), key), 2 ** -100), exp(lnBeta));
  },
  fisher: (h: Node) => blocksOf(information(h), true),
  fisherDiagonal: null,
  fisherRoot: (h: Node) => blocksOf(rootOf(information(h)), false),
  kl: (h: Node, other: Node) => {
    checkAlike(name, h, other);
    const [[a, lnRate], [b, lnOther]] = [parts(h), parts(other)];
    const [alpha, to] = [exp(a), exp(b)];
    // (α − α')ψ(α) − ln Γ(α) + ln Γ(α') + α'(ln β − ln β') + α(β'/β − 1).
    const ofShapes = add(mul(sub(alpha, to), digamma(alpha)), sub(lgamma(to), lgamma(alpha)));
    const rates = sub(lnRate, lnOther);
    const ofRates = add(mul(to, rates), mul(alpha, sub(exp(mul(rates, -1)), 1)));
    return sum(add(ofShapes, ofRates), { axis: 1 });
  },
  outcomes: () => null,
  how: typical,
  // The prediction is the mode for α > 1, else the mean.
  predict: (h: Node) => {
    const [lnAlpha, lnBeta] = parts(h);
    const alpha = exp(lnAlpha);
    return div(where(less(1, alpha), sub(alpha, 1), alpha), exp(lnBeta));
  },
});

/**
 * Returns the gamma law of positive responses with unknown shape α and rate β.
 *
 * The density is β^α y^(α−1) e^(−βy)/Γ(α). h is ln α beside ln β, [n, 2m], and y is [n, m]. `predict` gives the mode for α
 * > 1, else the mean.
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function gamma(): ClosedLaw {
  return law;
}
