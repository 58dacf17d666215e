import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { type Binary, defElementwise } from "./elementwise.ts";
import { reshape } from "./reshape.ts";

const rectified: Binary = defElementwise({
  name: "prelu",
  args: ["x", "slope"],
  f: "x > 0 ? x : slope*x",
});

/**
 * x where x > 0, else slope·x (He et al. 2015), with one slope for all or one per channel, axis 1. The
 * derivative by x at 0 is the slope.
 * @param x [n, channels, …]
 * @param slope [] or [1] or [channels]
 * @throws ShapeError for another number of slopes
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
