import {
  abs,
  add,
  cast,
  concat,
  exp,
  less,
  log,
  mul,
  type Node,
  neg,
  onesLike,
  sub,
  sum,
  uniform,
  where,
} from "@metrigrad/graph";
import { asDiagonal } from "./blocks.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { openUniform } from "./openUniform.ts";
import { rowLaw } from "./rowLaw.ts";
import { type Scale, scaledParts, scaleOf } from "./scaled.ts";
import { supports } from "./supports.ts";

/**
 * Options of {@link laplace}.
 *
 * @category Laws and losses
 */
export interface LaplaceOptions {
  /** The scale b of each response; 1 by default. With "learned", h is the medians beside ln b, [n, 2m]. */
  readonly scale?: Scale;
}

/**
 * Makes the law of independent responses with density e^{−|y − h|/b}/2b; y and h are [n, m].
 *
 * The Fisher information is I/b² in h, and 1 in ln b if the scale is learned (Kotz, Kozubowski and Podgórski 2001, section
 * 2.6).
 *
 * @param options - The scale; 1 by default.
 * @returns The law.
 * @throws {@link ShapeError} if the scale is neither positive nor "learned".
 * @throws {@link GraphError} if an option is unknown.
 * @category Laws and losses
 */
export function laplace(options: LaplaceOptions = {}): ClosedLaw {
  const scale = scaleOf("laplace", options);
  const name = `laplace(${scale})`;
  const parts = (h: Node) => scaledParts(name, scale, h);
  const diagonal = (factor: (lnScale: Node) => Node) => (h: Node) => {
    const { lnScale } = parts(h);
    const ofPlace = factor(lnScale);
    return scale === "learned" ? concat([ofPlace, onesLike(ofPlace)], 1) : ofPlace;
  };
  const information = diagonal((s) => exp(mul(s, -2)));
  const root = diagonal((s) => exp(neg(s)));
  return rowLaw({
    name,
    support: supports.real,
    logProb: (observed: Node, h: Node) => {
      const { place, lnScale } = parts(h);
      checkFits(name, observed, h, place.shape);
      const far = mul(abs(sub(cast(observed, "float"), place)), exp(neg(lnScale)));
      return neg(sum(add(far, add(lnScale, Math.LN2)), { axis: 1 }));
    },
    sample: (h: Node, key: string) => {
      const { place, lnScale } = parts(h);
      const side = where(less(uniform(place.shape, { key: `${key}/side` }), 0.5), -1, 1);
      const u = openUniform(place.shape, key);
      const far = neg(log(u));
      return add(place, mul(exp(lnScale), mul(side, far)));
    },
    fisher: (h: Node) => asDiagonal(information(h)),
    fisherDiagonal: scale === "learned" ? information : scale ** -2,
    fisherRoot: (h: Node) => asDiagonal(root(h)),
    kl: (h: Node, other: Node) => {
      checkAlike(name, h, other);
      const [one, two] = [parts(h), parts(other)];
      const apart = abs(sub(one.place, two.place));
      // ln(b'/b) + (|μ − μ'| + b e^{−|μ − μ'|/b})/b' − 1.
      const near = mul(exp(one.lnScale), exp(neg(mul(apart, exp(neg(one.lnScale))))));
      const mean = mul(add(apart, near), exp(neg(two.lnScale)));
      return sum(sub(add(sub(two.lnScale, one.lnScale), mean), 1), { axis: 1 });
    },
    outcomes: () => null,
    predict: (h: Node) => parts(h).place,
  });
}
