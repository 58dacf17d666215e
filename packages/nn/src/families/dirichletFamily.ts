import {
  add,
  all,
  broadcastTo,
  digamma,
  div,
  expandDims,
  greater,
  isFinite,
  lgamma,
  log,
  logicalAnd,
  mul,
  type Node,
  polygamma,
  reciprocal,
  sub,
  sum,
} from "@metrigrad/graph";
import { zeros } from "../init/constant.ts";
import { sumLast } from "./coordinates.ts";
import { defFamily } from "./defFamily.ts";
import type { Family } from "./family.ts";
import { gammaDraws } from "./gammaDraws.ts";
import { checkSize } from "./starts.ts";

/**
 * Returns the family of Dirichlet distributions of k ≥ 2 probabilities that add up to 1.
 *
 * For k = 2 the first probability has a beta distribution. The natural coordinates are η = { log: α − 1 }. The expectation
 * coordinates are m = { log: ψ(α) − ψ(Σα) }. Both are [b…, k], and ψ is the digamma function. Draws carry no gradient.
 *
 * @param size - The number k of probabilities.
 * @returns The family. It begins at the uniform distribution, α = 1.
 * @throws {@link ShapeError} if the size is not an integer of at least 2.
 * @category Laws and losses
 */
export function dirichletFamily(size: number): Family<"log"> {
  checkSize("dirichletFamily", size, 2);
  const alphaOf = ({ log: power }: { readonly log: Node }) => add(power, 1);
  return defFamily<"log">({
    name: `dirichletFamily(${size})`,
    shapes: { log: [size] },
    natural: {
      start: { log: zeros },
      contains: (natural) => {
        const alpha = alphaOf(natural);
        return all(logicalAnd(greater(alpha, 0), isFinite(alpha)), { axis: -1 });
      },
    },
    expectation: null,
    logPartition: (natural) => {
      const alpha = alphaOf(natural);
      return sub(sumLast(lgamma(alpha)), lgamma(sumLast(alpha)));
    },
    toExpectation: (natural) => {
      const alpha = alphaOf(natural);
      return { log: sub(digamma(alpha), digamma(total(alpha))) };
    },
    statistics: (x) => ({ log: log(x) }),
    sample: (natural, key, count) => {
      const alpha = alphaOf(natural);
      const many = count === undefined ? alpha.shape : [count, ...alpha.shape];
      const draws = gammaDraws(broadcastTo(alpha, many), key);
      return div(draws, total(draws));
    },
    // F = diag q − s11′ with q = ψ′(α), s = ψ′(Σα): by Sherman and Morrison.
    solve: (natural, g) => {
      const alpha = alphaOf(natural);
      const inverse = reciprocal(polygamma(1)(alpha));
      const s = polygamma(1)(total(alpha));
      const shared = div(mul(s, total(mul(inverse, g.log))), sub(1, mul(s, total(inverse))));
      return { log: mul(inverse, add(g.log, shared)) };
    },
  });
}

/** Returns the sum over the last axis, which stays with size 1. */
function total(x: Node): Node {
  return expandDims(sum(x, { axis: -1 }), x.shape.length - 1);
}
