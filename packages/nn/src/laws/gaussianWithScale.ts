import {
  add,
  cast,
  concat,
  exp,
  fill,
  mul,
  type Node,
  normal,
  slice,
  square,
  sub,
  sum,
} from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { asDiagonal } from "./blocks.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw } from "./rowLaw.ts";
import { supports } from "./supports.ts";

const name = "gaussianWithScale";

/** Returns μ and s, [n, m] each. Throws ShapeError. */
function parts(h: Node): readonly [mu: Node, s: Node] {
  const [, width = 0] = h.shape;
  if (h.shape.length !== 2 || width === 0 || width % 2 !== 0) {
    throw new ShapeError({
      where: name,
      must: "h must be [n, 2m], the means beside the logarithms of the deviations",
      got: showShape(h.shape),
      todo: "let the model have two outputs for each response",
    });
  }
  return [slice(h, [null, [0, width / 2]]), slice(h, [null, [width / 2, width]])];
}

/** Returns factors of the means and of the scales, [n, 2m]. */
function sideBySide(ofMeans: Node, ofScales: number): Node {
  return concat([ofMeans, fill(ofMeans.shape, ofScales)], 1);
}

/**
 * The law of independent responses y ~ N(μ, e^{2s}) with unknown scale. y is [n, m] and h = (μ, s) is [n, 2m], all means
 * first. The Fisher information of a response in (μ, s) is diag(e^{−2s}, 2). Throws ShapeError for an odd number of
 * columns.
 */
const law = rowLaw({
  name,
  support: supports.real,
  logProb: (observed: Node, h: Node) => {
    const [mu, s] = parts(h);
    checkFits(name, observed, h, mu.shape);
    const y = cast(observed, "float");
    const squares = mul(square(mul(sub(y, mu), exp(mul(s, -1)))), -0.5);
    return sum(sub(sub(squares, s), Math.log(2 * Math.PI) / 2), { axis: 1 });
  },
  sample: (h: Node, key: string) => {
    const [mu, s] = parts(h);
    return add(mu, mul(exp(s), normal(mu.shape, { key })));
  },
  fisher: (h: Node) => asDiagonal(sideBySide(exp(mul(parts(h)[1], -2)), 2)),
  fisherDiagonal: (h: Node) => sideBySide(exp(mul(parts(h)[1], -2)), 2),
  fisherRoot: (h: Node) => asDiagonal(sideBySide(exp(mul(parts(h)[1], -1)), Math.SQRT2)),
  kl: (h: Node, other: Node) => {
    checkAlike(name, h, other);
    const [mu, s] = parts(h);
    const [to, scale] = parts(other);
    // s' − s + ½(e^{2(s − s')} + ((μ − μ')e^{−s'})²) − ½.
    const spread = exp(mul(sub(s, scale), 2));
    const moved = square(mul(sub(mu, to), exp(mul(scale, -1))));
    const apart = add(sub(scale, s), mul(sub(add(spread, moved), 1), 0.5));
    return sum(apart, { axis: 1 });
  },
  outcomes: () => null,
  predict: (h: Node) => parts(h)[0],
});

/**
 * Returns the law of Gaussian responses with unknown scale, y ~ N(μ, σ²).
 *
 * h is the means μ beside s = ln σ, [n, 2m], and y is [n, m].
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function gaussianWithScale(): ClosedLaw {
  return law;
}
