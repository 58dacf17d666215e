import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { type Binary, defElementwise } from "./elementwise.ts";
import { reshape } from "./reshape.ts";

/** The op with one slope for each element. */
const rectified: Binary = defElementwise({
  name: "prelu",
  args: ["x", "slope"],
  f: "x > 0 ? x : slope*x",
});

/**
 * Computes x where x > 0, and slope·x elsewhere (He et al. 2015).
 *
 * There is one slope for all elements, or one for each channel (axis 1). The derivative by x at 0
 * is the slope.
 *
 * @param x - The values, float, [n, channels, …].
 * @param slope - The slope or slopes, float, [], [1] or [channels].
 * @returns The result, of x's shape.
 * @throws {@link ShapeError} if there are neither one slope nor as many as channels, or if a value
 *   is not float.
 * @category Ops: elements
 */
export function prelu(x: NodeLike, slope: NodeLike): Node {
  const [node, slopes] = [asNode(x), asNode(slope)];
  const count = sizeOf(slopes.shape);
  if (count === 1) return rectified(node, reshape(slopes, []));
  if (slopes.shape.length !== 1 || count !== node.shape[1]) {
    throw new ShapeError({
      where: "prelu",
      must: `there must be one slope, or one for each of the ${node.shape[1] ?? 1} channels (axis 1)`,
      got: showShape(slopes.shape),
      todo: "pass slopes of shape [channels]",
    });
  }
  return rectified(node, reshape(slopes, [count, ...node.shape.slice(2).map(() => 1)]));
}
