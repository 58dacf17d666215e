import { normalizeAxis } from "@metrigrad/tensor";
import { asNodes, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { expandDims } from "./expandDims.ts";

/** Values of one shape and type side by side on a new axis (0 by default). Throws ShapeError. */
export function stack(values: readonly NodeLike[], axis = 0): Node {
  const nodes = asNodes(values);
  const at = normalizeAxis("stack", axis, (nodes[0]?.shape.length ?? 0) + 1);
  return concat(
    nodes.map((node) => expandDims(node, at)),
    at,
  );
}
