import type { NdArray } from "ndarray";
import { type DType, hostArray, storageBytes, type TypedArray } from "./dtype.ts";
import { convertElements } from "./elements.ts";
import { ShapeError } from "./errors.ts";
import { flatten, type NestedArray } from "./flatten.ts";
import { roundHalf } from "./half.ts";
import { checkNames } from "./names.ts";
import { checkShape, showShape, sizeOf, stridesOf } from "./shape.ts";
import { isTensor, Tensor } from "./tensor.ts";

/**
 * Options of {@link tensor}.
 *
 * @category Tensors
 */
export interface TensorOptions {
  /** The shape of a flat list of values. By default the nesting of the arrays gives the shape. */
  readonly shape?: readonly number[];
  /** The element type. By default numbers are f64, booleans are bool, and a typed array keeps its type. */
  readonly dtype?: DType;
}

/**
 * Makes a tensor from a number, from nested arrays of numbers or booleans, or from a typed array.
 *
 * A typed array holds the elements in row-major order. The tensor uses it without a copy unless `dtype` asks for another type.
 *
 * {@includeCode ../../../examples/api/tensor/tensor.ts#example}
 *
 * @param values - The elements. Nested arrays must have equal lengths on each level.
 * @param options - The shape and the element type, if they do not follow from the values.
 * @returns The tensor.
 * @throws {@link ShapeError} if nested arrays have unequal lengths, or if they mix numbers, booleans or other values.
 *   Also if the values do not fill the shape, if the typed array has an element type that tensors do not have, or if `dtype` is none.
 * @category Tensors
 */
export function tensor(values: NestedArray | TypedArray, options: TensorOptions = {}): Tensor {
  checkNames("tensor", options, ["shape", "dtype"], ShapeError);
  if (options.dtype !== undefined) checkDType("tensor", options.dtype);
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

/**
 * Makes a tensor on an ndarray, without a copy.
 *
 * @param view - The ndarray, with any strides.
 * @param dtype - The element type. By default it is the type of the data. A `Uint8Array` may also be "bool". A `Float32Array`
 *   may also be "f16" if its numbers are rounded to half precision.
 * @returns The tensor, of the shape of the ndarray. It shares the memory.
 * @throws {@link ShapeError} if `dtype` is no element type, or if the data are not of it, or of a type that tensors do not have. Also if
 *   "f16" data are not rounded.
 * @category Tensors
 */
export function fromView(view: NdArray<TypedArray>, dtype?: DType): Tensor {
  const own = typeOf(view.data);
  const type = dtype ?? own;
  checkDType("fromView", type);
  if (type !== own && hosts.get(type) !== own) {
    throw new ShapeError({
      where: "fromView",
      must: `the data must be a ${hostArray(type, 0).constructor.name} for ${type}`,
      got: view.data.constructor.name,
      todo: "use tensor(...) or convert(...)",
    });
  }
  const made = new Tensor(view, type);
  if (type === "f16") checkHalves(made);
  return made;
}

/** The types whose host array is that of another type. */
const hosts: ReadonlyMap<DType, DType> = new Map([
  ["bool", "u8"],
  ["f16", "f32"],
]);

/** Throws ShapeError unless each element is a half-precision float. */
function checkHalves(value: Tensor): void {
  const odd = value.data().find((x) => !Object.is(x, roundHalf(x)));
  if (odd === undefined) return;
  throw new ShapeError({
    where: "fromView",
    must: "the numbers of f16 data must be rounded to half precision",
    got: String(odd),
    todo: 'use convert(fromView(view), "f16")',
  });
}

/**
 * Converts a tensor to another element type.
 *
 * A float becomes f32 or f16 by rounding. An f16 ends at 65504, and sizes from 65520 on become infinite. A float becomes an
 * integer by truncation; values out of range become the nearest bound, and NaN becomes 0. It becomes a bool by x ≠ 0.
 *
 * @param value - The tensor.
 * @param dtype - The element type of the result.
 * @returns A new tensor, or the same one if it has that type already.
 * @throws {@link ShapeError} if `value` is not a tensor, or if `dtype` is no element type.
 * @category Tensors
 */
export function convert(value: Tensor, dtype: DType): Tensor {
  checkDType("convert", dtype);
  if (!isTensor(value)) {
    throw new ShapeError({
      where: "convert",
      must: "the value must be a tensor",
      got: Array.isArray(value) ? "an array" : typeof value,
      todo: "use tensor(values, { dtype })",
    });
  }
  if (value.dtype === dtype) return value;
  return shaped(convertElements(value.data(), dtype), dtype, value.shape);
}

/** Throws ShapeError unless a value is the name of an element type of tensors. */
function checkDType(where: string, dtype: DType): void {
  if (Object.hasOwn(storageBytes, dtype)) return;
  throw new ShapeError({
    where,
    must: `dtype must be one of ${Object.keys(storageBytes).join(", ")}`,
    got: JSON.stringify(dtype) ?? String(dtype),
    todo: "choose one of them",
  });
}

/** A tensor of row-major data. Throws ShapeError if the data do not fill the shape. */
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

/** The element type of a typed array. Throws ShapeError for other kinds of data. */
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
