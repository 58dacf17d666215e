import ndarray, { type NdArray } from "ndarray";
import { type DType, hostArray, type TypedArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { showShape, sizeOf, stridesOf } from "./shape.ts";
import { walk } from "./walk.ts";

/** Numbers nested to the depth of a rank; a scalar is a number. */
export type NestedNumbers = number | NestedNumbers[];

/** Where the elements of a tensor lie; an ndarray is one. */
export interface Elements {
  /** What holds them. */
  readonly data: TypedArray;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Positions from one element to the next, per axis. */
  readonly stride: readonly number[];
  /** The position of the first element. */
  readonly offset: number;
}

const views = new WeakMap<Tensor, NdArray<TypedArray>>();

/** An array of numbers on the host: a frozen value, which ndarray can look at. */
export class Tensor {
  /** Sizes per axis; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Element type. */
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  private readonly elements: Elements;

  /** Prefer `tensor` and `fromView`, which check. */
  constructor(elements: Elements, dtype: DType) {
    this.shape = Object.freeze([...elements.shape]);
    this.dtype = dtype;
    this.size = sizeOf(this.shape);
    this.elements = elements;
    Object.freeze(this);
  }

  /**
   * The elements as an ndarray, with any strides; bool is 0 and 1. Treat it as read-only. It is made
   * when it is asked for, since ndarray makes code from strings, which pages may forbid.
   */
  get view(): NdArray<TypedArray> {
    const { data, shape, stride, offset } = this.elements;
    const view = views.get(this) ?? ndarray(data, [...shape], [...stride], offset);
    views.set(this, view);
    return view;
  }

  /** The elements in row-major order; shares memory with the view where that is contiguous. */
  data(): TypedArray {
    const { data, offset, stride } = this.elements;
    const wanted = stridesOf(this.shape);
    if (this.size === 0) return hostArray(this.dtype, 0);
    if (this.shape.every((n, axis) => n === 1 || stride[axis] === wanted[axis])) {
      const whole = offset === 0 && data.length === this.size;
      return whole ? data : data.subarray(offset, offset + this.size);
    }
    const copy = hostArray(this.dtype, this.size);
    let at = 0;
    walk(this.shape, [this.elements], ([position]) => {
      copy[at++] = data[position as number] as number;
    });
    return copy;
  }

  /** The value of a tensor of one element. Throws ShapeError where there are more or none. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError({
        where: "item",
        must: "the tensor must have exactly one element",
        got: `shape ${showShape(this.shape)}`,
        todo: "use get(...index), data() or toArray()",
      });
    }
    return this.elements.data[this.elements.offset] as number;
  }

  /** The element at an index per axis. Throws ShapeError outside of the shape. */
  get(...index: number[]): number {
    const inside =
      index.length === this.shape.length &&
      index.every((i, axis) => Number.isInteger(i) && i >= 0 && i < (this.shape[axis] as number));
    if (!inside) {
      throw new ShapeError({
        where: "get",
        must: `the index must lie in shape ${showShape(this.shape)}`,
        got: showShape(index),
        todo: "pass one non-negative integer per axis",
      });
    }
    const { data, stride, offset } = this.elements;
    return data[index.reduce((at, i, axis) => at + i * (stride[axis] as number), offset)] as number;
  }

  /** The elements as nested arrays, one level per axis; booleans are 0 and 1. */
  toArray(): NestedNumbers {
    let level: NestedNumbers[] = Array.from(this.data());
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      const length = this.shape[axis] as number;
      const count = sizeOf(this.shape.slice(0, axis));
      const rows = level;
      level = Array.from({ length: count }, (_, i) => rows.slice(i * length, (i + 1) * length));
    }
    return level[0] as NestedNumbers;
  }
}

/** Whether a value is a tensor, also one of another copy of this package. */
export function isTensor(value: unknown): value is Tensor {
  return (
    value instanceof Tensor ||
    (typeof value === "object" && value !== null && "view" in value && "dtype" in value)
  );
}
