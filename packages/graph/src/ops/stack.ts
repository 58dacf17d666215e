import { normalizeAxis } from "@metrigrad/tensor";
import { asNodes, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { expandDims } from "./expandDims.ts";

/**
 * Joins values of one shape and type along a new axis.
 *
 * @param values - The values, at least one.
 * @param axis - The position of the new axis in the result; 0 by default. Negative positions count
 *   from the end of the result.
 * @returns The joined value, with one axis more.
 * @throws {@link ShapeError} if there is no value, if the axis is out of range, or if shapes or
 *   types differ.
 * @category Ops: shapes
 */
export function stack(values: readonly NodeLike[], axis = 0): Node {
  const nodes = asNodes(values);
  const at = normalizeAxis("stack", axis, (nodes[0]?.shape.length ?? 0) + 1);
  return concat(
    nodes.map((node) => expandDims(node, at)),
    at,
  );
}
