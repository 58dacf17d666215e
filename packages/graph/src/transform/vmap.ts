import { ShapeError } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { isNode, type Node } from "../core/node.ts";
import { input } from "../ops/input.ts";
import { moveAxis } from "../ops/moveAxis.ts";
import { batched } from "./batched.ts";

/**
 * Options of {@link vmap}.
 *
 * @category Graph: loops and maps
 */
export interface VmapOptions {
  /** For each argument the axis that counts the cases. Null means that all cases share the argument. All 0 by default. */
  readonly inAxes?: readonly (number | null)[];
}

/**
 * Turns a function of one case into a function of many cases.
 *
 * The arguments get an axis of cases, and the results get a leading axis of cases. The graph of all cases is about as large as
 * the graph of one case.
 *
 * {@includeCode ../../../../examples/api/graph/vmap.ts#example}
 *
 * @param f - A function of nodes that returns a node or a list of nodes.
 * @param options - The axis of cases of each argument.
 * @returns A function of the same arguments for all cases. It throws {@link ShapeError} if the numbers of cases differ, if
 *   `inAxes` has a wrong length or axis, or if no argument has cases.
 * @throws {@link GraphError} if an option is unknown.
 * @category Graph: loops and maps
 */
export function vmap<R extends Node | readonly Node[]>(
  f: (...args: Node[]) => R,
  options: VmapOptions = {},
): (...args: NodeLike[]) => R {
  checkOptions("vmap", options, ["inAxes"]);
  return (...args) => {
    if (options.inAxes !== undefined && options.inAxes.length !== args.length) {
      throw new ShapeError({
        where: "vmap",
        must: `inAxes must have an entry for each of the ${args.length} arguments`,
        got: String(options.inAxes.length),
        todo: "use null for those that all cases share",
      });
    }
    const replace = new Map<Node, Node>();
    let size: number | null = null;
    const single = args.map((value, index) => {
      const node = asNode(value);
      const axis = options.inAxes === undefined ? 0 : (options.inAxes[index] ?? null);
      if (axis === null) return node;
      const front = moveAxis(node, axis, 0);
      const [cases = 0, ...shape] = front.shape;
      if (size !== null && size !== cases) {
        throw new ShapeError({
          where: `vmap, argument ${index}`,
          must: `it must have as many cases as the others (${size})`,
          got: String(cases),
          todo: "align the arguments, or mark shared ones with null in inAxes",
        });
      }
      size = cases;
      const one = input(`vmap argument ${index}`, shape, node.type);
      replace.set(one, front);
      return one;
    });
    if (size === null) {
      throw new ShapeError({
        where: "vmap",
        must: "at least one argument must have an axis of cases",
        got: "none",
        todo: "give it a number in inAxes",
      });
    }
    const result = f(...single);
    const outputs = batched(isNode(result) ? [result] : (result as readonly Node[]), replace, size);
    return (isNode(result) ? outputs[0] : outputs) as R;
  };
}
