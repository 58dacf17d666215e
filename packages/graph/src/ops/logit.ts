import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { clip } from "./arithmetic.ts";
import { defElementwise } from "./elementwise.ts";

const logitOf = defElementwise({ name: "logit", f: "log(x) - log1p(-x)" });

/**
 * Options of {@link logit}.
 *
 * @category Ops: elements
 */
export interface LogitOptions {
  /** If it is given, x is first limited to [eps, 1 − eps]; none by default. */
  readonly eps?: number;
}

/**
 * Computes ln(x/(1 − x)), the inverse of {@link sigmoid}.
 *
 * Without `eps` the result is −∞ at 0, +∞ at 1, and NaN outside of [0, 1]. With `eps` the
 * derivative is 0 where x is limited.
 *
 * @param x - The values, float.
 * @param options - The limit `eps`.
 * @returns The result, of x's shape.
 * @throws {@link ShapeError} if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: elements
 */
export function logit(x: NodeLike, options: LogitOptions = {}): Node {
  checkOptions("logit", options, ["eps"]);
  const { eps } = options;
  const node = asNode(x);
  checkFloats("logit", node);
  return logitOf(eps === undefined ? node : clip(node, eps, 1 - eps));
}
