import {
  add,
  cast,
  concat,
  exp,
  fill,
  log1p,
  mul,
  type Node,
  neg,
  normal,
  rsqrt,
  square,
  sub,
  sum,
} from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { gammaDraws } from "../families/gammaDraws.ts";
import { defLaw } from "./defLaw.ts";
import { checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { lnGamma } from "./lnGamma.ts";
import { type Scale, scaledParts, scaleOf } from "./scaled.ts";

/**
 * Options of {@link studentT}.
 *
 * @category Laws and losses
 */
export interface StudentTOptions {
  /** The degrees of freedom ν > 0; 4 by default. 1 is the Cauchy law. */
  readonly dof?: number;
  /** The scale σ of each response; 1 by default. With "learned", h is the places beside ln σ, [n, 2m]. */
  readonly scale?: Scale;
}

/**
 * Makes the law of independent responses with Student's t distribution around h, for data with outliers; y and h are [n,
 * m].
 *
 * The Fisher information is (ν + 1)/((ν + 3)σ²) in h, and 2ν/(ν + 3) in ln σ if the scale is learned (Lange, Little and
 * Taylor 1989, JASA 84, appendix). The divergence is found by quadrature.
 *
 * @param options - The degrees of freedom, 4 by default, and the scale, 1 by default.
 * @returns The law.
 * @throws {@link ShapeError} if the degrees of freedom are not positive, or if the scale is neither positive nor "learned".
 * @throws {@link GraphError} if an option is unknown.
 * @category Laws and losses
 */
export function studentT(options: StudentTOptions = {}): ClosedLaw {
  const scale = scaleOf("studentT", options, ["dof"]);
  const { dof = 4 } = options;
  if (!(dof > 0 && Number.isFinite(dof))) {
    throw new ShapeError({
      where: "studentT",
      must: "dof must be a positive number",
      got: String(dof),
      todo: "pass { dof: 4 }, or take gaussian() where there are no outliers",
    });
  }
  const name = `studentT(${dof}, ${scale})`;
  const parts = (h: Node) => scaledParts(name, scale, h);
  const constant = lnGamma((dof + 1) / 2) - lnGamma(dof / 2) - Math.log(Math.sqrt(dof * Math.PI));
  const ofPlace = (dof + 1) / (dof + 3);
  const law = defLaw({
    name,
    support: "real",
    parameters: scale === "learned" ? 2 : 1,
    centre: (h) => parts(h).place,
    predict: (h) => parts(h).place,
    logProb: (observed, h) => {
      const { place, lnScale } = parts(h);
      checkFits(name, observed, h, place.shape);
      const z = mul(sub(cast(observed, "float"), place), exp(neg(lnScale)));
      const each = mul(log1p(mul(square(z), 1 / dof)), -(dof + 1) / 2);
      return sum(sub(add(each, constant), lnScale), { axis: 1 });
    },
    // A draw is z/√(V/ν) with V ~ χ²(ν), which is twice a gamma draw of shape ν/2.
    sample: (h, key) => {
      const { place, lnScale } = parts(h);
      const half = gammaDraws(fill(place.shape, dof / 2), `${key}/gamma`);
      const t = mul(normal(place.shape, { key }), rsqrt(mul(half, 2 / dof)));
      return add(place, mul(exp(lnScale), t));
    },
    fisherDiagonal:
      scale === "learned"
        ? (h) => {
            const { lnScale } = parts(h);
            const place = mul(exp(mul(lnScale, -2)), ofPlace);
            return concat([place, fill(place.shape, (2 * dof) / (dof + 3))], 1);
          }
        : ofPlace / scale ** 2,
  });
  return law as ClosedLaw;
}
