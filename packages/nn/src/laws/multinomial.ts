import {
  add,
  argMax,
  argsort,
  cast,
  floor,
  less,
  log,
  logSoftmax,
  mul,
  type Node,
  neg,
  oneHot,
  reshape,
  softmax,
  sub,
  sum,
} from "@metrigrad/graph";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { categorical } from "./categorical.ts";
import { checkCount } from "./count.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { lnFactorial } from "./lnFactorial.ts";
import { lnGamma } from "./lnGamma.ts";
import { openUniform } from "./openUniform.ts";
import { rowLaw, typical } from "./rowLaw.ts";
import { countsOf } from "./supports.ts";

/** The largest number of outcomes that are listed. */
const manyOutcomes = 4096;

/**
 * Makes the law of the counts of m classes in N draws with P(i) = η_i ∝ e^{h_i}.
 *
 * y are counts [n, m] that add up to N, and h are logits [n, m]. The Fisher information in h is N(diag η − ηη'), N times
 * that of {@link categorical}. A draw takes N·m uniform numbers. `predict` gives counts near the expected ones.
 *
 * @param draws - The number N of draws.
 * @returns The law.
 * @throws {@link ShapeError} if `draws` is not a positive integer.
 * @category Laws and losses
 */
export function multinomial(draws: number): ClosedLaw {
  checkCount("multinomial", "the number of draws", draws);
  const name = `multinomial(${draws})`;
  const one = categorical();
  const lnDraws = lnGamma(draws + 1);
  return rowLaw({
    name,
    support: countsOf(draws),
    logProb: (observed: Node, h: Node) => {
      checkFits(name, observed, h, h.shape);
      const y = cast(observed, "float");
      const each = sub(mul(y, logSoftmax(h)), lnFactorial(y));
      return add(sum(each, { axis: 1 }), lnDraws);
    },
    sample: (h: Node, key: string) => {
      const [n = 0, m = 0] = h.shape;
      // Gumbel-max, as in `categorical`.
      const u = openUniform([draws, n, m], key);
      const labels = argMax(sub(h, log(neg(log(u)))), { axis: 2 });
      const picked = oneHot(reshape(labels, [draws * n]), m);
      return sum(reshape(picked, [draws, n, m]), { axis: 0 });
    },
    fisher: (h: Node) => mul(one.fisher(h), draws),
    fisherDiagonal: null,
    fisherRoot: (h: Node) => mul(one.fisherRoot(h), Math.sqrt(draws)),
    kl: (h: Node, other: Node) => {
      checkAlike(name, h, other);
      return mul(one.kl(h, other), draws);
    },
    outcomes: (m: number): Tensor | null => {
      const rows = splits(draws, m);
      return rows === null ? null : tensor(rows);
    },
    how: typical,
    // The prediction is near the expected counts. The most probable counts may differ from it by one.
    predict: (h: Node) => apportioned(mul(softmax(h, { axis: 1 }), draws), draws),
  });
}

/** Returns whole numbers near the given ones that add up to N. The rest goes to the largest remainders. */
function apportioned(expected: Node, draws: number): Node {
  const whole = floor(expected);
  const left = sub(draws, sum(whole, { axis: 1, keepDims: true }));
  const order = argsort(sub(expected, whole), { descending: true });
  const rank = cast(argsort(order), "float");
  return add(whole, cast(less(rank, left), "float"));
}

/** Returns all lists of m counts that add up to a number; null if there are too many. */
function splits(total: number, m: number): number[][] | null {
  if (m <= 1) return m === 1 ? [[total]] : null;
  const found: number[][] = [];
  for (let first = 0; first <= total; first++) {
    const rest = splits(total - first, m - 1);
    if (rest === null || found.length + rest.length > manyOutcomes) return null;
    for (const row of rest) found.push([first, ...row]);
  }
  return found;
}
