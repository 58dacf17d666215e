import ndarray, { type NdArray } from "ndarray";
import { type DType, hostArray, type TypedArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { showShape, sizeOf, stridesOf } from "./shape.ts";
import { walk } from "./walk.ts";

/**
 * The type of numbers in nested arrays, one level per axis. A scalar is a number.
 *
 * @category Tensors
 */
export type NestedNumbers = number | NestedNumbers[];

/**
 * The place of a tensor's elements in memory. An ndarray fits this interface.
 *
 * @category Tensors
 */
export interface Elements {
  /** The array that holds the elements. */
  readonly data: TypedArray;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Positions from one element to the next, per axis. */
  readonly stride: readonly number[];
  /** The position of the first element. */
  readonly offset: number;
}

/** The ndarray of each tensor, made once. */
const views = new WeakMap<Tensor, NdArray<TypedArray>>();

/**
 * An array of numbers in host memory. A tensor does not change. Make one with {@link tensor}.
 *
 * @category Tensors
 */
export class Tensor {
  /** Sizes per axis; `[]` is the shape of a scalar. */
  readonly shape: readonly number[];
  /** The element type. */
  readonly dtype: DType;
  /** The number of elements. */
  readonly size: number;
  /** Where the elements are. */
  private readonly elements: Elements;

  /**
   * Makes a tensor without checks.
   *
   * Prefer {@link tensor} and {@link fromView}, which check the shape and the type.
   *
   * @param elements - Where the elements are.
   * @param dtype - The element type.
   */
  constructor(elements: Elements, dtype: DType) {
    this.shape = Object.freeze([...elements.shape]);
    this.dtype = dtype;
    this.size = sizeOf(this.shape);
    this.elements = elements;
    Object.freeze(this);
  }

  /**
   * The elements as an ndarray with any strides. Treat it as read-only; booleans are 0 and 1.
   *
   * The ndarray is made when you first ask for it. The package ndarray makes code from strings, which a web page may forbid.
   *
   * @returns The ndarray, the same object each time.
   */
  get view(): NdArray<TypedArray> {
    const { data, shape, stride, offset } = this.elements;
    const view = views.get(this) ?? ndarray(data, [...shape], [...stride], offset);
    views.set(this, view);
    return view;
  }

  /**
   * Returns the elements in row-major order.
   *
   * The array shares memory with the tensor if the elements are contiguous. Otherwise it is a copy. Do not write to it.
   *
   * @returns The elements, as many as `size`; booleans are 0 and 1.
   */
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

  /**
   * Returns the value of a tensor that has one element.
   *
   * @returns The value.
   * @throws {@link ShapeError} if the tensor does not have exactly one element.
   */
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

  /**
   * Returns the element at an index.
   *
   * @param index - One position per axis, each a non-negative integer.
   * @returns The element.
   * @throws {@link ShapeError} if the index is outside of the shape, or if it does not have one position per axis.
   */
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

  /**
   * Returns the elements as nested arrays, one level per axis.
   *
   * @returns Nested arrays, or a number for a scalar; booleans are 0 and 1.
   */
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

/**
 * Returns whether a value is a tensor. A tensor of another copy of this package counts too.
 *
 * @param value - Any value.
 * @returns Whether it is a tensor.
 * @nothrow
 * @category Tensors
 */
export function isTensor(value: unknown): value is Tensor {
  return (
    value instanceof Tensor ||
    (typeof value === "object" && value !== null && "view" in value && "dtype" in value)
  );
}
