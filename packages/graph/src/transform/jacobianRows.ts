import { checkOptions } from "../core/checkOptions.ts";
import type { Node } from "../core/node.ts";
import { fill } from "../ops/fill.ts";
import { addTerms } from "./addTerms.ts";
import { rowsAt } from "./sampleMeetings.ts";
import { type JacobianRowsOptions, sampleUses } from "./sampleUses.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/**
 * The rows of the Jacobian of a batch, sample by sample, through every path by which variables reach the value: derivatives
 * by the inputs included. One pullback gives the cotangents of all samples at once, since no element depends on two
 * samples; each row is then put together where parameters and samples meet, so the cost is that of a gradient and of the
 * rows themselves.
 *
 * @param value - [n, …], with the samples on its first axis.
 * @param variables - What the rows are derivatives by: parameters, or any values that do not depend on the samples.
 * @param options - Where the samples come from.
 * @returns For each variable the rows [n, r, …variable], zeros where no path leads; r is the number of elements of a sample,
 *   or of columns.
 * @throws GraphError where samples meet one another, and where a variable meets them in an op that cannot be taken apart;
 *   ShapeError for columns of another shape
 * @example
 * ```ts
 * const u = tanh(matmul(x, w)); // x [n, 2], w [2, 1]
 * const [rows] = jacobianRows(u, [w], { inputs: [x] }); // [n, 1, 2, 1]
 * ```
 */
export function jacobianRows(
  value: Node,
  variables: readonly Node[],
  options: JacobianRowsOptions,
): Node[] {
  checkOptions("jacobianRows", options, ["inputs", "samples", "columns"]);
  const { samples = value.shape[0] ?? 1 } = options;
  const { uses, r } = sampleUses("jacobianRows", value, variables, options);
  // Rows by what stands for the parameters where they meet the samples: [n, r, …value].
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
