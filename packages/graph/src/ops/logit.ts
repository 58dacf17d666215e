import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { clip } from "./arithmetic.ts";
import { defElementwise } from "./elementwise.ts";

const logitOf = defElementwise({ name: "logit", f: "log(x) - log1p(-x)" });

/** Options of `logit`. */
export interface LogitOptions {
  /** x is first brought into [eps, 1 − eps]; none by default. */
  readonly eps?: number;
}

/**
 * ln(x/(1 − x)), the inverse of `sigmoid`: ∓∞ at 0 and 1, NaN outside of [0, 1], unless `eps` is given.
 * Beyond eps and 1 − eps the derivative is 0.
 */
export function logit(x: NodeLike, options: LogitOptions = {}): Node {
  checkOptions("logit", options, ["eps"]);
  const { eps } = options;
  return logitOf(eps === undefined ? asNode(x) : clip(x, eps, 1 - eps));
}
