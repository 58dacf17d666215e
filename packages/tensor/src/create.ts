import type { NdArray } from "ndarray";
import { type DType, hostArray, type TypedArray } from "./dtype.ts";
import { convertElements } from "./elements.ts";
import { ShapeError } from "./errors.ts";
import { flatten, type NestedArray } from "./flatten.ts";
import { checkShape, showShape, sizeOf, stridesOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** How to read the values given to `tensor`. */
export interface TensorOptions {
  /** The shape of a flat list; by default the nesting says it. */
  readonly shape?: readonly number[];
  /** Element type; by default f64 for numbers, bool for booleans, and a typed array keeps its own. */
  readonly dtype?: DType;
}

/**
 * A tensor from a number, nested arrays of numbers or booleans, or a typed array (row-major, used
 * without a copy where its type is kept). Throws ShapeError.
 */
export function tensor(values: NestedArray | TypedArray, options: TensorOptions = {}): Tensor {
  if (ArrayBuffer.isView(values)) {
    const own = typeOf(values);
    const dtype = options.dtype ?? own;
    const data = dtype === own ? values : convertElements(values, dtype);
    return shaped(data, dtype, options.shape ?? [values.length]);
  }
  const flat = flatten(values);
  const dtype = options.dtype ?? (flat.booleans ? "bool" : "f64");
  return shaped(convertElements(flat.values, dtype), dtype, options.shape ?? flat.shape);
}

/** A tensor on an ndarray view, without a copy. Throws ShapeError where data and type disagree. */
export function fromView(view: NdArray<TypedArray>, dtype?: DType): Tensor {
  const own = typeOf(view.data);
  const type = dtype ?? own;
  if (type !== own && !(type === "bool" && own === "u8")) {
    throw new ShapeError({
      where: "fromView",
      must: `the data must be a ${hostArray(type, 0).constructor.name} for ${type}`,
      got: view.data.constructor.name,
      todo: "use tensor(...) or convert(...)",
    });
  }
  return new Tensor(view, type);
}

/**
 * The tensor in another element type: f32 rounds, integers truncate and saturate (NaN becomes 0),
 * bool is x ≠ 0. The same tensor where it has that type already.
 */
export function convert(value: Tensor, dtype: DType): Tensor {
  if (value.dtype === dtype) return value;
  return shaped(convertElements(value.data(), dtype), dtype, value.shape);
}

function shaped(data: TypedArray, dtype: DType, shape: readonly number[]): Tensor {
  checkShape("tensor", shape);
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError({
      where: "tensor",
      must: `shape ${showShape(shape)} must hold ${data.length} elements`,
      got: `room for ${sizeOf(shape)}`,
      todo: "pass a shape whose sizes multiply to the number of values",
    });
  }
  return new Tensor({ data, shape: [...shape], stride: stridesOf(shape), offset: 0 }, dtype);
}

function typeOf(data: unknown): DType {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Float64Array) return "f64";
  if (data instanceof Int32Array) return "i32";
  if (data instanceof Uint32Array) return "u32";
  if (data instanceof Uint8Array) return "u8";
  throw new ShapeError({
    where: "tensor",
    must: "a typed array must be Float32Array, Float64Array, Int32Array, Uint32Array or Uint8Array",
    got: Object.prototype.toString.call(data).slice(8, -1),
    todo: "copy it into one of these",
  });
}
