import { isStoredOnly, normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { permuted } from "./transpose.ts";

/** Attributes: the axis that is searched, counted from the front. */
interface ArgAttrs {
  readonly axis: number;
}

/** Makes the op that finds the position of an extreme element. */
function argOp(name: string, op: "max" | "min"): Op<ArgAttrs> {
  const self: Op<ArgAttrs> = {
    name,
    infer: ([x], { axis }) => {
      const { shape, type } = x as Node;
      if (shape[axis] === 0 || type === "bool" || isStoredOnly(type)) {
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

/**
 * Options of {@link argMax} and {@link argMin}.
 *
 * @category Ops: reductions
 */
export interface ArgOptions {
  /** The axis to search; the last one by default. Negative axes count from the end. */
  readonly axis?: number;
}

const argNames = ["axis"] as const;

/** Applies one of the two ops with the options of its public function. Throws ShapeError. */
function argNode(op: Op<ArgAttrs>, value: NodeLike, options: ArgOptions): Node {
  const x = asNode(value);
  return makeNode(op, [x], { axis: normalizeAxis(op.name, options.axis ?? -1, x.shape.length) });
}

/**
 * Finds the position of the largest element along an axis.
 *
 * Of equal elements, the first one counts. A NaN counts as the largest element. The result has no
 * derivative.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axis.
 * @returns The positions as i32, of x's shape without the axis.
 * @throws {@link ShapeError} if the axis is empty or out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function argMax(x: NodeLike, options: ArgOptions = {}): Node {
  checkOptions("argMax", options, argNames);
  return argNode(argMaxOp, x, options);
}

/**
 * Finds the position of the smallest element along an axis.
 *
 * Of equal elements, the first one counts. A NaN counts as the smallest element. The result has no
 * derivative.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axis.
 * @returns The positions as i32, of x's shape without the axis.
 * @throws {@link ShapeError} if the axis is empty or out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function argMin(x: NodeLike, options: ArgOptions = {}): Node {
  checkOptions("argMin", options, argNames);
  return argNode(argMinOp, x, options);
}
