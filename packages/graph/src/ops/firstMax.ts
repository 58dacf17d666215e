import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { equal } from "./comparison.ts";
import { iota } from "./iota.ts";
import { where } from "./logic.ts";
import { min } from "./reduce.ts";
import { keepDimsShape, type ReduceAttrs, reductionOp } from "./reduction.ts";
import { reshape } from "./reshape.ts";

/**
 * The largest element over axes. Of equal elements, the first one in row-major order takes the
 * derivative. A NaN takes none.
 */
export const firstMaxOp: Op<ReduceAttrs> = reductionOp("firstMax", "max", (node, cotangent) => {
  const [x] = node.inputs as [Node];
  const { axes } = node.attrs;
  const kept = keepDimsShape(x.shape, axes);
  const sizes = x.shape.map((n, axis) => (axes.includes(axis) ? n : 1));
  const count = sizes.reduce((product, n) => product * n, 1);
  const places = reshape(iota(count), sizes);
  const held = equal(x, reshape(node, kept));
  const first = min(where(held, places, count), { axis: axes, keepDims: true });
  return where(equal(places, first), reshape(cotangent, kept), 0);
});
