import type { ReduceOp } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { div } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { where } from "./logic.ts";
import { prodPullback } from "./prodPullback.ts";
import {
  keepDimsShape,
  type ReduceAttrs,
  type ReduceOptions,
  reduceNames,
  reduceNode,
  reductionOp,
} from "./reduction.ts";
import { reshape } from "./reshape.ts";

function extremeOp(name: ReduceOp): Op<ReduceAttrs> {
  return reductionOp(name, name, (node, cotangent) => {
    const x = node.inputs[0] as Node;
    const { axes } = node.attrs;
    const kept = keepDimsShape(x.shape, axes);
    const ties = equal(x, reshape(node, kept));
    const count = sum(cast(ties, "float"), { axis: axes, keepDims: true });
    return where(ties, div(reshape(cotangent, kept), count), 0);
  });
}

const maxOp = extremeOp("max");
const minOp = extremeOp("min");
const prodOp = reductionOp("prod", "prod", prodPullback);

/**
 * The largest element over axes (all by default); NaN if there is one, −∞ over nothing. Ties share
 * the derivative equally. Throws ShapeError for an axis out of range, and for bool and u8.
 */
export function max(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("max", options, reduceNames);
  return reduceNode(maxOp, x, options);
}

/**
 * The smallest element over axes (all by default); NaN if there is one, +∞ over nothing. Ties share
 * the derivative equally. Throws ShapeError for an axis out of range, and for bool and u8.
 */
export function min(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("min", options, reduceNames);
  return reduceNode(minOp, x, options);
}

/**
 * Π x over axes (all by default); 1 over nothing. Derivatives of every order hold where elements
 * are zero. Throws ShapeError for an axis out of range, and for bool and u8.
 */
export function prod(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("prod", options, reduceNames);
  return reduceNode(prodOp, x, options);
}
