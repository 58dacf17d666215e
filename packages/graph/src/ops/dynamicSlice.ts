/**
 * Boxes at positions that are known only at run time: reading and replacing. Each is the other's
 * adjoint, so they share a file.
 */
import {
  isStoredOnly,
  type Shape,
  ShapeError,
  sameShape,
  showShape,
  sizeOf,
} from "@metrigrad/tensor";
import { checkNotStored } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { add, clip, mul, sub } from "./arithmetic.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { greaterEqual, less } from "./comparison.ts";
import { fill, zerosLike } from "./fill.ts";
import { gather } from "./gather.ts";
import { asIndices } from "./indices.ts";
import { logicalAnd, where } from "./logic.ts";
import { coordinates } from "./places.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { stack } from "./stack.ts";

/** A box in a value [b…, n…]. Its corners are starts [b…, k], where k is the number of axes n…. */
interface Box {
  /** The leading axes b…. Each position on them has its own box. */
  readonly batch: Shape;
  /** The sizes n… of the value. */
  readonly shape: Shape;
  /** The sizes of the box. */
  readonly sizes: Shape;
  /**
   * The number of axes up to the last one that the box does not cover completely. The axes after it
   * move as one row.
   */
  readonly axes: number;
}

/** Describes the box of the given sizes in a value. */
function boxOf(x: Node, starts: Node, sizes: Shape): Box {
  const lead = starts.shape.length - 1;
  const shape = x.shape.slice(lead);
  let axes = shape.length;
  while (axes > 0 && shape[axes - 1] === sizes[axes - 1]) axes -= 1;
  return { batch: x.shape.slice(0, lead), shape, sizes, axes };
}

/**
 * Returns the first position of the box on an axis, [b…, 1, …] with `axes` axes of size 1. It is
 * clamped so that the box fits.
 */
function startOn(starts: Node, { batch, shape, sizes, axes }: Box, axis: number): Node {
  const column = slice(starts, [...batch.map(() => null), [axis, axis + 1]]);
  const one = reshape(column, [...batch, ...new Array<number>(axes).fill(1)]);
  return clip(one, 0, (shape[axis] as number) - (sizes[axis] as number));
}

/**
 * Returns row-major numbers of positions on b… and on the axes, in a value with the given sizes on
 * the axes.
 */
function numbersOf({ batch, axes }: Box, sizes: Shape, on: (axis: number) => Node): Node {
  const rank = batch.length + axes;
  let numbers: Node | null = null;
  for (let axis = 0; axis < rank; axis++) {
    const inner = axis - batch.length;
    const own = inner < 0 ? coordinates(rank, axis, batch[axis] as number) : on(inner);
    const size = inner < 0 ? (batch[axis] as number) : (sizes[inner] as number);
    numbers = numbers === null ? own : add(mul(numbers, size), own);
  }
  return numbers as Node;
}

/** Returns the rows of a value: b… and the axes form one axis. */
function rowsOf(x: Node, { batch, axes }: Box): Node {
  const lead = batch.length + axes;
  return reshape(x, [sizeOf(x.shape.slice(0, lead)), ...x.shape.slice(lead)]);
}

/** Gives each input a leading axis. Inputs that have none are repeated. */
function everyCase(inputs: readonly Node[], batched: readonly boolean[], size: number): Node[] {
  return inputs.map((x, k) => (batched[k] ? x : broadcastTo(x, [size, ...x.shape])));
}

/** The part of x that begins at the starts; inputs x and starts [b…, k]. */
export const dynamicSliceOp: Op<{ readonly sizes: Shape }> = {
  name: "dynamicSlice",
  infer: ([x, starts], { sizes }) => {
    const lead = (starts as Node).shape.length - 1;
    const { shape, type } = x as Node;
    return {
      shape: [...shape.slice(0, lead), ...sizes],
      type: isStoredOnly(type) ? "float" : type,
    };
  },
  vjp: (node, cotangent) => {
    const [x, starts] = node.inputs as [Node, Node];
    return [makeNode(dynamicUpdateOp, [fill(x.shape, 0), cotangent, starts], null), null];
  },
  batch: (node, inputs, batched, size) =>
    makeNode(dynamicSliceOp, everyCase(inputs, batched, size), node.attrs),
  // The rewrite replaces this node, so there is nothing to lower.
  lower: () => undefined,
  rewrite: (node) => {
    const [x, starts] = node.inputs as readonly [Node, Node];
    const { sizes } = node.attrs;
    const box = boxOf(x, starts, sizes);
    if (box.axes === 0) return cast(x, node.type);
    const lead = box.batch.length;
    const rank = lead + box.axes;
    const places = numbersOf(box, box.shape, (axis) =>
      add(startOn(starts, box, axis), coordinates(rank, lead + axis, sizes[axis] as number)),
    );
    return gather(rowsOf(x, box), places);
  },
};

/**
 * x with a value in place of the part that begins at the starts; inputs x, value and starts [b…,
 * k].
 */
export const dynamicUpdateOp: Op<null> = {
  name: "dynamicUpdate",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: (node, cotangent, wanted) => {
    const [, value, starts] = node.inputs as [Node, Node, Node];
    const sizes = value.shape.slice(starts.shape.length - 1);
    return [
      wanted[0] ? makeNode(dynamicUpdateOp, [cotangent, zerosLike(value), starts], null) : null,
      wanted[1] ? makeNode(dynamicSliceOp, [cotangent, starts], { sizes }) : null,
      null,
    ];
  },
  batch: (_, inputs, batched, size) =>
    makeNode(dynamicUpdateOp, everyCase(inputs, batched, size), null),
  lower: () => undefined,
  rewrite: (node) => {
    const [x, value, starts] = node.inputs as readonly [Node, Node, Node];
    const lead = starts.shape.length - 1;
    const box = boxOf(x, starts, value.shape.slice(lead));
    if (box.axes === 0) return value;
    const rank = lead + box.axes;
    // The positions of x, counted from the start of the box. Some lie outside of the box, on both
    // sides.
    const within = Array.from({ length: box.axes }, (_, axis) =>
      sub(coordinates(rank, lead + axis, box.shape[axis] as number), startOn(starts, box, axis)),
    );
    const size = (axis: number) => box.sizes[axis] as number;
    const inside = within
      .map((at, axis) => logicalAnd(greaterEqual(at, 0), less(at, size(axis))))
      .reduce((all, one) => logicalAnd(all, one));
    const places = numbersOf(box, box.sizes, (axis) =>
      clip(within[axis] as Node, 0, size(axis) - 1),
    );
    const moved = gather(rowsOf(value, box), places);
    const rows = [...inside.shape, ...box.shape.slice(box.axes).map(() => 1)];
    return where(reshape(inside, rows), moved, x);
  },
};

/**
 * Reads the positions: a vector of i32, or a list of i32 scalars. Throws ShapeError if there is not
 * one for each axis.
 */
function startsOf(name: string, given: NodeLike | readonly NodeLike[], rank: number): Node {
  const starts = Array.isArray(given)
    ? stack(given.map((one: NodeLike) => asIndices(name, one)))
    : asIndices(name, given as NodeLike);
  if (sameShape(starts.shape, [rank]) && rank > 0) return starts;
  throw new ShapeError({
    where: name,
    must: `there must be a start for each of ${rank} axes, at least one`,
    got: showShape(starts.shape),
    todo: "pass a list of i32 scalars, or an i32 vector",
  });
}

/** Throws ShapeError with the shape that does not fit. */
function refuse(name: string, must: string, got: string, todo: string): never {
  throw new ShapeError({ where: name, must, got, todo });
}

/** Tells whether a box of these sizes, none of them 0, fits into a shape. */
function fits(sizes: Shape, shape: Shape): boolean {
  const within = (n: number, axis: number) =>
    Number.isInteger(n) && n >= 1 && n <= (shape[axis] as number);
  return sizes.length === shape.length && sizes.every(within);
}

/**
 * Reads the part of a value that begins at positions known only when the program runs.
 *
 * The positions are clamped so that the part lies inside the value, as in JAX.
 *
 * @param x - The value, of any type, with at least one axis. Bytes become floats.
 * @param starts - The first position on each axis: a list of i32 scalars, or an i32 vector.
 * @param sizes - The size of the part on each axis, at least 1.
 * @returns The part, of shape `sizes`.
 * @throws {@link ShapeError} if there is not one i32 start for each axis, or if the sizes do not
 *   fit.
 * @category Ops: shapes
 */
export function dynamicSlice(
  x: NodeLike,
  starts: NodeLike | readonly NodeLike[],
  sizes: Shape,
): Node {
  const node = asNode(x);
  const at = startsOf("dynamicSlice", starts, node.shape.length);
  if (!fits(sizes, node.shape)) {
    const must = `sizes must fit into ${showShape(node.shape)}`;
    refuse("dynamicSlice", must, showShape(sizes), "choose sizes from 1 on that fit");
  }
  return makeNode(dynamicSliceOp, [node, at], { sizes: [...sizes] });
}

/**
 * Replaces the part of a value that begins at positions known only when the program runs.
 *
 * The positions are clamped so that the part lies inside the value, as in JAX's
 * `dynamic_update_slice`.
 *
 * @param x - The value, with at least one axis.
 * @param value - The new part, of x's type. It has as many axes as x, and no axis is larger.
 * @param starts - The first position on each axis: a list of i32 scalars, or an i32 vector.
 * @returns A new value of x's shape.
 * @throws {@link ShapeError} if there is not one i32 start for each axis, if the new part does not
 *   fit, or if x is u8 or f16.
 * @category Ops: shapes
 */
export function dynamicUpdate(
  x: NodeLike,
  value: NodeLike,
  starts: NodeLike | readonly NodeLike[],
): Node {
  const node = asNode(x);
  checkNotStored("dynamicUpdate", node);
  const part = asNode(value, node.type);
  const at = startsOf("dynamicUpdate", starts, node.shape.length);
  if (part.type !== node.type || !fits(part.shape, node.shape)) {
    const must = `the value must be ${node.type} and fit into ${showShape(node.shape)}`;
    const got = `${part.type} ${showShape(part.shape)}`;
    const todo = `cast(x, "${node.type}"), or choose sizes from 1 on that fit`;
    refuse("dynamicUpdate", must, got, todo);
  }
  return makeNode(dynamicUpdateOp, [node, part, at], null);
}
