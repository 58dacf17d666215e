import {
  add,
  cast,
  div,
  expandDims,
  eye,
  less,
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
import { checkNames, GraphError, ShapeError, type Tensor, tensor } from "@metrigrad/tensor";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw } from "./rowLaw.ts";
import { between } from "./supports.ts";

/**
 * Options of {@link bernoulli}.
 *
 * @category Laws and losses
 */
export interface BernoulliOptions {
  /**
   * The two values of a response. `[0, 1]`, the default, means P(y = 1) = sigm(h). `[-1, 1]` means P(y = 1) = (1 + tanh
   * h)/2.
   */
  readonly values?: readonly [low: number, high: number];
}

/** The largest number of responses of a row whose outcomes are listed. */
const manyOutcomes = 12;

/**
 * Makes the law of independent responses with two values; y and h are [n, m].
 *
 * With values a < b, P(y = b) = sigm((b − a)h). So the score in h is y − E[y] for all values, and the Fisher information is
 * diag Var[y]. These are the sigm and tanh neurons of Sun and Nielsen (2017). A target between a and b is a soft label. ln
 * p is then the mean of ln p of both values, with the shares that the target says.
 *
 * @param options - The two values; 0 and 1 by default.
 * @returns The law.
 * @throws {@link ShapeError} if the values are not in rising order.
 * @category Laws and losses
 */
export function bernoulli(options: BernoulliOptions = {}): ClosedLaw {
  checkNames("bernoulli", options, ["values"], GraphError);
  const [low, high] = options.values ?? [0, 1];
  const gap = high - low;
  if (!(gap > 0)) {
    throw new ShapeError({
      where: "bernoulli",
      must: "values must be [low, high] with low < high",
      got: `[${low}, ${high}]`,
      todo: "swap them",
    });
  }
  const name = `bernoulli{${low}, ${high}}`;
  const probability = (h: Node) => sigmoid(mul(h, gap));
  const variance = (h: Node) => {
    // In float32, 1 − p loses all digits if the log odds are above 16.
    return mul(mul(probability(h), probability(neg(h))), gap * gap);
  };
  return rowLaw({
    name,
    support: between(low, high),
    logProb: (observed: Node, h: Node) => {
      checkFits(name, observed, h, h.shape);
      const y = cast(observed, "float");
      const z = mul(h, gap);
      const on = div(sub(y, low), gap);
      return sum(sub(mul(on, z), softplus(z)), { axis: 1 });
    },
    sample: (h: Node, key: string) => {
      const on = cast(less(uniform(h.shape, { key }), probability(h)), "float");
      return add(mul(on, gap), low);
    },
    fisher: (h: Node) => mul(expandDims(variance(h), 2), eye(h.shape[1] as number)),
    fisherDiagonal: variance,
    fisherRoot: (h: Node) => mul(expandDims(sqrt(variance(h)), 2), eye(h.shape[1] as number)),
    kl: (h: Node, other: Node) => {
      checkAlike(name, h, other);
      const [z, to] = [mul(h, gap), mul(other, gap)];
      // p(z − z') + ln(1 − p) − ln(1 − p') with p = sigm z.
      const apart = add(mul(probability(h), sub(z, to)), sub(softplus(to), softplus(z)));
      return sum(apart, { axis: 1 });
    },
    outcomes: (m: number): Tensor | null => {
      if (m > manyOutcomes) return null;
      const codes = Array.from({ length: 2 ** m }, (_, code) => code);
      return tensor(
        codes.map((code) =>
          Array.from({ length: m }, (_, bit) => ((code >> bit) & 1 ? high : low)),
        ),
      );
    },
    predict: (h: Node) => {
      const on = cast(less(0, h), "float");
      return add(mul(on, gap), low);
    },
  });
}
