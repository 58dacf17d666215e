import { normalizeAxis, ShapeError, showShape, type View } from "@metrigrad/tensor";
import { sameView } from "../compile/views.ts";
import { asNodes, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { subView } from "./selection.ts";
import { slice } from "./slice.ts";

/** Attributes of a concatenation: the axis, counted from the front. */
interface ConcatAttrs {
  readonly axis: number;
}

/**
 * Values one after the other along an axis. An input may be computed directly at its place in the
 * result.
 */
export const concatOp: Op<ConcatAttrs> = {
  name: "concat",
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    if (first === undefined) refuse("at least one value", "none");
    const { shape, type } = first as Node;
    let length = 0;
    for (const input of inputs) {
      const fits =
        input.type === type &&
        input.shape.length === shape.length &&
        input.shape.every((n, other) => other === axis || n === shape[other]);
      if (!fits) {
        const all = inputs.map((one) => `${one.type} ${showShape(one.shape)}`).join(" and ");
        refuse(`values of one type, equal but on axis ${axis}`, all);
      }
      length += input.shape[axis] as number;
    }
    return { shape: shape.with(axis, length), type };
  },
  vjp: (node, cotangent, wanted) => {
    const { axis } = node.attrs;
    let at = 0;
    return node.inputs.map((input, index) => {
      const begin = at;
      at += input.shape[axis] as number;
      const ranges = input.shape.map((n, other) =>
        other === axis ? ([begin, at] as const) : ([0, n] as const),
      );
      return wanted[index] ? slice(cotangent, ranges) : null;
    });
  },
  batch: (node, inputs, batched, size) => {
    const whole = inputs.map((x, index) =>
      batched[index] ? x : broadcastTo(x, [size, ...x.shape]),
    );
    return makeNode(concatOp, whole, { axis: node.attrs.axis + 1 });
  },
  lower: (node, context) => {
    const parts = concatParts(node, context.result(node));
    node.inputs.forEach((x, index) => {
      const input = context.view(x);
      const output = parts[index] as View;
      if (sameView(input, output)) return;
      context.emit({ kind: "copy", input, output, label: context.label(node) });
    });
  },
  parts: concatParts,
  rewrite: (node) => (node.inputs.length === 1 ? (node.inputs[0] as Node) : node),
};

/** Throws ShapeError with what `concat` got. */
function refuse(must: string, got: string): never {
  throw new ShapeError({
    where: "concat",
    must: `there must be ${must}`,
    got,
    todo: "reshape, broadcast or cast the values first",
  });
}

/** Returns the part of the result in which each input lies. */
export function concatParts(node: Node<ConcatAttrs>, output: View): View[] {
  const { axis } = node.attrs;
  const step = node.shape.map(() => 1);
  let at = 0;
  return node.inputs.map(({ shape }) => {
    const begin = shape.map((_, other) => (other === axis ? at : 0));
    at += shape[axis] as number;
    return subView(output, { begin, shape, step });
  });
}

/**
 * Joins values one after the other along an axis.
 *
 * The values have the same type and the same sizes on all other axes.
 *
 * @param values - The values, at least one.
 * @param axis - The axis to join along. Negative axes count from the end.
 * @returns The joined value. Its size on the axis is the sum of the sizes of the values.
 * @throws {@link ShapeError} if there is no value, if the axis is out of range, or if shapes or
 *   types differ.
 * @category Ops: shapes
 */
export function concat(values: readonly NodeLike[], axis: number): Node {
  const nodes = asNodes(values);
  const [first] = nodes;
  const at = first === undefined ? 0 : normalizeAxis("concat", axis, first.shape.length);
  return makeNode(concatOp, nodes, { axis: at });
}
