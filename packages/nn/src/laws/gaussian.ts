import {
  add,
  broadcastTo,
  cast,
  eye,
  mul,
  type Node,
  normal,
  square,
  sub,
  sum,
} from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError } from "@metrigrad/tensor";
import { correlated } from "./correlated.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw } from "./rowLaw.ts";
import { supports } from "./supports.ts";

/**
 * Options of {@link gaussian}. Give `sigma` or `covariance`.
 *
 * @category Laws and losses
 */
export interface GaussianOptions {
  /** The standard deviation σ of each response; 1 by default. */
  readonly sigma?: number;
  /** The covariance Σ of the responses of a row, [m, m], in the place of σ²I. */
  readonly covariance?: readonly (readonly number[])[];
}

/**
 * Makes the law of Gaussian responses, y ~ N(h, σ²I) or N(h, Σ); y and h are [n, m].
 *
 * The Fisher information in h is I/σ² or Σ⁻¹.
 *
 * {@includeCode ../../../../examples/api/nn/gaussian.ts#example}
 *
 * @param options - The standard deviation, 1 by default, or the covariance.
 * @returns The law.
 * @throws {@link GraphError} if an option is unknown, or if both are given.
 * @throws {@link ShapeError} if σ is not positive, or if Σ is not symmetric and positive definite.
 * @category Laws and losses
 */
export function gaussian(options: GaussianOptions = {}): ClosedLaw {
  checkNames("gaussian", options, ["sigma", "covariance"], GraphError);
  const { sigma = 1, covariance } = options;
  if (covariance !== undefined) {
    if (options.sigma !== undefined) throw bothScales();
    return correlated(covariance);
  }
  if (!(sigma > 0 && Number.isFinite(sigma))) {
    throw new ShapeError({
      where: "gaussian",
      must: "sigma must be a positive number",
      got: String(sigma),
      todo: "pass { sigma: 1 }",
    });
  }
  const name = `gaussian(${sigma})`;
  const perRow = (h: Node, factor: number) => {
    const [n = 0, m = 0] = h.shape;
    return broadcastTo(mul(eye(m), factor), [n, m, m]);
  };
  return rowLaw({
    name,
    support: supports.real,
    logProb: (observed: Node, h: Node) => {
      checkFits(name, observed, h, h.shape);
      const y = cast(observed, "float");
      const m = h.shape[1] as number;
      const squares = sum(square(sub(y, h)), { axis: 1 });
      const constant = -m * Math.log(sigma * Math.sqrt(2 * Math.PI));
      return add(mul(squares, -0.5 / sigma ** 2), constant);
    },
    sample: (h: Node, key: string) => add(h, mul(normal(h.shape, { key }), sigma)),
    fisher: (h: Node) => perRow(h, 1 / sigma ** 2),
    fisherDiagonal: 1 / sigma ** 2,
    fisherRoot: (h: Node) => perRow(h, 1 / sigma),
    kl: (h: Node, other: Node) => {
      checkAlike(name, h, other);
      return mul(sum(square(sub(h, other)), { axis: 1 }), 0.5 / sigma ** 2);
    },
    outcomes: () => null,
    predict: (h: Node) => h,
  });
}

function bothScales(): GraphError {
  return new GraphError({
    where: "gaussian",
    must: "it must have sigma or a covariance",
    got: "both",
    todo: "leave one of them out",
  });
}
