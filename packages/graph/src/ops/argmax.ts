import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { permuted } from "./transpose.ts";

/** Attributes: the axis searched, counted from the front. */
interface ArgAttrs {
  readonly axis: number;
}

function argOp(name: string, op: "max" | "min"): Op<ArgAttrs> {
  const self: Op<ArgAttrs> = {
    name,
    infer: ([x], { axis }) => {
      const { shape, type } = x as Node;
      if (shape[axis] === 0 || type === "bool" || type === "u8") {
        throw new ShapeError({
          where: name,
          must: `axis ${axis} must have an element, of type float, i32 or u32`,
          got: `${type} ${showShape(shape)}`,
          todo: "cast the operand, or choose another axis",
        });
      }
      return { shape: shape.toSpliced(axis, 1), type: "i32" };
    },
    vjp: () => [null],
    batch: (node, [x]) => makeNode(self, [x as Node], { axis: node.attrs.axis + 1 }),
    lower: (node, context) => {
      const x = node.inputs[0] as Node;
      const { axis } = node.attrs;
      const order = [...x.shape.keys()].filter((other) => other !== axis);
      const input = permuted(context.view(x), [...order, axis]);
      const output = context.result(node);
      context.emit({ kind: "argReduce", op, input, output, label: context.label(node) });
    },
  };
  return self;
}

export const argMaxOp = argOp("argMax", "max");
export const argMinOp = argOp("argMin", "min");

/** The axis to search; the last one by default. */
export interface ArgOptions {
  readonly axis?: number;
}

const argNames = ["axis"] as const;

function argNode(op: Op<ArgAttrs>, value: NodeLike, options: ArgOptions): Node {
  const x = asNode(value);
  return makeNode(op, [x], { axis: normalizeAxis(op.name, options.axis ?? -1, x.shape.length) });
}

/**
 * The position of the largest element along an axis, the first of several, as i32; a NaN counts as
 * the largest. No derivative. Throws ShapeError for an axis that is empty or out of range.
 */
export function argMax(x: NodeLike, options: ArgOptions = {}): Node {
  checkOptions("argMax", options, argNames);
  return argNode(argMaxOp, x, options);
}

/**
 * The position of the smallest element along an axis, the first of several, as i32; a NaN counts as
 * the smallest. No derivative. Throws ShapeError for an axis that is empty or out of range.
 */
export function argMin(x: NodeLike, options: ArgOptions = {}): Node {
  checkOptions("argMin", options, argNames);
  return argNode(argMinOp, x, options);
}
