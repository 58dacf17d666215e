import { add, mul, type Node, reshape, stopGradient, sub } from "@metrigrad/graph";
import type { PrepareOptions } from "./block.ts";
import { conjugateGradients } from "./cg.ts";
import { checkEffort, effortOf, rankOf } from "./effort.ts";
import { ones, zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import {
  lowRankInverse,
  nystrom,
  type Products,
  preconditionerShift,
  timesLowRankInverse,
} from "./nystrom.ts";
import { rowProducts } from "./rowProducts.ts";
import { heldLambda } from "./solvers.ts";
import type { WoodburyRows } from "./woodbury.ts";

/** The rows of one matrix with a sketch of low rank. */
export interface RowsByNystrom {
  /** Returns (g + λI)⁻¹X̃'C for C [n, m], in the space of the rows, without the gradient X̃'C. */
  fit(cotangents: Node): Node;
  /** Returns (g + λI)⁻¹V. */
  solve(v: Node): Node;
  /** Returns the λ that is used. */
  lambda(): Node;
}

/** What the rows know of their metric. */
interface OfMetric {
  /** Returns gV. With a Hold it uses held values. */
  readonly apply: (v: Node, hold: Hold | null) => Node;
  /** The trace of g, [1]. */
  readonly trace: Node;
  readonly size: number;
}

/**
 * Solves with g + λI by a sketch of low rank and conjugate gradients, for g = cUU' that all columns share, with
 * U = X̃'D^½.
 *
 * The sketch is of g itself, or of cU'U in the space of the rows: (g + λI)⁻¹X̃'C = U(cU'U + λI)⁻¹D^-½C. Only products
 * with rows are taken: one for the random matrix, and one for each step (Frangella, Tropp and Udell 2021, arXiv
 * 2110.02820, algorithm 5.1). For residuals of differential equations see Bioli, Marcati and Sangalli 2025, arXiv
 * 2505.11638. The preconditioner uses Cholesky factors and Woodbury's identity, without singular values
 * (Guzmán-Cordero et al. 2025, arXiv 2505.12149).
 */
export function rowsByNystrom(
  form: string,
  { x, bias, share, weights }: WoodburyRows,
  { apply, trace, size }: OfMetric,
  lambda: Node,
  hold: Hold | null,
  options: PrepareOptions,
): RowsByNystrom {
  checkEffort(`${form}, solve`, "nystrom", options);
  const whole = reshape(trace, []);
  const wanted = reshape(lambda, []);
  const most = Math.min(weights.rows, size);
  const inColumns: Products = { order: size, apply: (v) => apply(v, null), trace: whole };
  const columns = inverse(inColumns, most, wanted, hold, options);
  const asUsed = () => heldLambda(hold, reshape(columns.used, [1]), options);
  return {
    fit: (cotangents) => {
      const { forward, back } = rowProducts(x, bias);
      const inRows: Products = {
        order: weights.rows,
        apply: (y) => mul(weights.fold(forward(back(weights.unfold(y)))), share),
        trace: whole,
      };
      const { iterated } = inverse(inRows, most, wanted, null, options);
      const side = weights.fold((weights.unweigh as (t: Node) => Node)(cotangents));
      const solved = iterated(side, (y) => add(inRows.apply(y), mul(y, wanted)));
      return back(weights.unfold(solved));
    },
    solve: (v) => columns.iterated(v, (p) => add(apply(p, hold), mul(p, reshape(asUsed(), [])))),
    lambda: asUsed,
  };
}

/**
 * Solves with A + λI, where A has at most the rank `most`. The sketch solves alone, or preconditions conjugate
 * gradients.
 */
function inverse(
  of: Products,
  most: number,
  lambda: Node,
  hold: Hold | null,
  options: PrepareOptions,
) {
  const { iterations } = effortOf("nystrom", most, options);
  const sketch = nystrom(of, rankOf(most, options), options.float ?? "f32");
  const mu = iterations === 0 ? lambda : preconditionerShift(lambda, sketch);
  const made = lowRankInverse(sketch.factor, mu);
  const kept = { d: held(hold, "sketch", made.d, zeros), mu: held(hold, "mu", made.mu, ones) };
  const precondition = (r: Node) => timesLowRankInverse(kept, r);
  // What Cholesky adds to λ has no derivative, so that λ keeps its own.
  const raised = add(lambda, stopGradient(sub(made.mu, mu)));
  return {
    used: iterations === 0 ? raised : lambda,
    iterated: (v: Node, apply: (v: Node) => Node) =>
      iterations === 0
        ? precondition(v)
        : conjugateGradients({ apply, precondition, columns: "shared" }, v, iterations),
  };
}
