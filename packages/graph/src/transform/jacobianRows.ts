import { checkOptions } from "../core/checkOptions.ts";
import type { Node } from "../core/node.ts";
import { fill } from "../ops/fill.ts";
import { addTerms } from "./addTerms.ts";
import { rowsAt } from "./sampleMeetings.ts";
import { type JacobianRowsOptions, sampleUses } from "./sampleUses.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/**
 * Returns the Jacobian of a batch, sample by sample: the derivatives of each sample's value with respect to some variables.
 *
 * It follows every path from the variables to the value, also through derivatives with respect to the inputs. No element may
 * depend on two samples. So one pullback gives the cotangents of all samples at once. Each row is then put together where the
 * parameters and the samples meet. The cost is that of one gradient and of the rows themselves.
 *
 * @example
 * ```ts
 * const u = tanh(matmul(x, w)); // x [n, 2], w [2, 1]
 * const [rows] = jacobianRows(u, [w], { inputs: [x] }); // [n, 1, 2, 1]
 * ```
 *
 * @param value - The value, [n, …], with the samples on its first axis.
 * @param variables - Parameters, or any values that do not depend on the samples.
 * @param options - The nodes that have the samples, and optionally cotangents.
 * @returns For each variable its rows, [n, r, ...variable]; zeros if no path leads to the value. By default r is the number of
 *   elements of one sample. With `columns` it is their number.
 * @throws {@link GraphError} if an element depends on several samples, or if an option is unknown.
 *   Also if a variable and the samples meet in an op that has no rule for it.
 * @throws {@link ShapeError} if the value does not have equally many rows for each sample, or if `columns` have a wrong shape.
 * @category Graph: derivatives
 */
export function jacobianRows(
  value: Node,
  variables: readonly Node[],
  options: JacobianRowsOptions,
): Node[] {
  checkOptions("jacobianRows", options, ["inputs", "samples", "columns"]);
  const { samples = value.shape[0] ?? 1 } = options;
  const { uses, r } = sampleUses("jacobianRows", value, variables, options);
  // The rows with respect to what stands for the parameters where they meet the samples: [n, r, …value].
  const found = new Map<Node, Node[]>();
  for (const use of uses) {
    const row = rowsAt("jacobianRows", use, use.cotangents, samples);
    found.set(use.value, [...(found.get(use.value) ?? []), row]);
  }
  const values = [...found.keys()];
  const sums = values.map((one) => addTerms(found.get(one) as Node[]) as Node);
  const none = (one: Node) => fill([samples, r, ...one.shape], 0);
  if (values.length === 0) return variables.map(none);
  const back = (...cotangents: readonly Node[]) => vjp(values, variables, cotangents);
  const own = vmap(vmap(back) as (...nodes: Node[]) => readonly Node[])(...sums);
  return [...own];
}
