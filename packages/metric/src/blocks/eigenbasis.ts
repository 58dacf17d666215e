import {
  add,
  div,
  log,
  matmul,
  mul,
  type Node,
  normal,
  reshape,
  sqrt,
  square,
  sum,
  transpose,
} from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { kroneckerCosts } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { identities, ones, zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import { heldLambda } from "./solvers.ts";

/**
 * Makes a metric with given eigenvectors: g = (P ⊗ Q) diag(s) (P ⊗ Q)', over the parameter flattened row-major.
 *
 * Its product is gV = P(s∘(P'VQ))Q'. In that basis it is solved exactly.
 *
 * @param p - The orthogonal matrix P over the rows of the parameter, [d, d].
 * @param q - The orthogonal matrix Q over the columns of the parameter, [m, m].
 * @param values - The eigenvalues s ≥ 0, [d, m].
 * @param form - The name of the block, for {@link explain}; "eigenbasis" by default.
 * @returns The block, with coupled columns.
 * @throws {@link ShapeError} if the three shapes do not fit.
 * @category Metrics: blocks
 */
export function eigenbasisBlock(p: Node, q: Node, values: Node, form = "eigenbasis"): Block {
  const [d = 0, m = 0] = values.shape;
  const given = [p, q, values].map(({ shape }) => showShape(shape)).join(" and ");
  if (given !== `${showShape([d, d])} and ${showShape([m, m])} and ${showShape([d, m])}`) {
    throw new ShapeError({
      where: form,
      must: "bases must be [d, d] and [m, m], values [d, m]",
      got: given,
      todo: "pass one basis for the rows of the parameter and one for its columns",
    });
  }
  /** P(scale∘(P'VQ))Q'. */
  const through = (left: Node, right: Node, scale: Node, v: Node) => {
    const inside = matmul(matmul(left, v, { transposeA: true }), right);
    return matmul(matmul(left, mul(scale, inside)), right, { transposeB: true });
  };
  const within = (scale: Node, v: Node, hold: Hold | null = null) =>
    through(held(hold, "p", p, identities), held(hold, "q", q, identities), scale, v);
  return defBlock({
    kind: "eigenbasis",
    form,
    d,
    m,
    n: null,
    columns: "coupled",
    costs: kroneckerCosts(d, m, false),
    apply: (v, hold) => within(held(hold, "values", values, zeros), v, hold),
    trace: () => reshape(sum(values), [1]),
    diagonal: () => matmul(matmul(square(p), values), square(q), { transposeB: true }),
    toMatrices: () => {
      const size = d * m;
      const basis = mul(reshape(p, [d, 1, d, 1]), reshape(q, [1, m, 1, m]));
      const flat = reshape(basis, [size, size]);
      const scaled = mul(flat, reshape(values, [1, size]));
      return reshape(matmul(scaled, transpose(flat)), [1, size, size]);
    },
    solvers: {
      kronecker: (lambda, hold, options) => ({
        solve: (v) => within(held(hold, "scale", div(1, add(values, lambda)), ones), v, hold),
        lambda: () => heldLambda(hold, lambda, options),
      }),
    },
    inverseSqrt: (v, lambda) => within(div(1, sqrt(add(values, lambda))), v),
    logdet: (lambda) => reshape(sum(log(add(values, lambda))), [1]),
    sample: (options) => within(sqrt(values), normal([d, m], options)),
  });
}
