import type { View } from "@metrigrad/tensor";
import { broadcastView, contiguousView, reshapeView } from "../compile/views.ts";
import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { reshapeOp } from "../ops/reshape.ts";
import { type Selection, subView } from "../ops/selection.ts";
import { sliceOp } from "../ops/slice.ts";
import { permuted, transposeOp } from "../ops/transpose.ts";

/** Where the elements of a value are in another value that contains them. */
export interface Within {
  readonly base: Node;
  readonly view: View;
}

/**
 * A value as a view of the value that it is a slice, a transpose, a reshape or a broadcast of.
 *
 * Any other value is a view of itself.
 */
export function viewWithin(value: Node): Within {
  const [inner] = value.inputs;
  const itself = { base: value, view: contiguousView(0, value.shape) };
  if (inner === undefined || !passing.has(value.op)) return itself;
  const { base, view } = viewWithin(inner);
  const next = seen(value, view);
  return next === null ? itself : { base, view: next };
}

/** Ops whose result is a view of their input. */
const passing = new Set<Op>([sliceOp, transposeOp, reshapeOp, broadcastToOp] as Op[]);

function seen({ op, attrs, shape }: Node, view: View): View | null {
  if (op === (sliceOp as Op)) return subView(view, attrs as Selection);
  if (op === (transposeOp as Op))
    return permuted(view, (attrs as { readonly axes: readonly number[] }).axes);
  return op === (reshapeOp as Op) ? reshapeView(view, shape) : broadcastView(view, shape);
}
