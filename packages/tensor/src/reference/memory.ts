import ndarray, { type NdArray } from "ndarray";
import type { VariableSpec } from "../backend/variable.ts";
import { type DType, hostArray, type TypedArray } from "../dtype.ts";
import type { BufferSpec, Plan } from "../plan/plan.ts";
import type { View } from "../plan/view.ts";
import type { ArrayOps } from "./arrayOps.ts";

/**
 * The buffers of an executable in host memory, and views on them.
 *
 * @category For authors of backends
 */
export interface Memory {
  /** The plan that the buffers belong to. */
  readonly plan: Plan;
  /** The functions of ndarray-ops. */
  readonly ops: ArrayOps;
  /** The elements of each buffer, in the order of `Plan.buffers`. */
  readonly buffers: readonly TypedArray[];
  /** The memory that is not the store's, in bytes. */
  readonly bytes: number;
  /**
   * Returns a view as an ndarray.
   *
   * @param view - The view.
   * @returns The ndarray, on the memory of its buffer.
   */
  view(view: View): NdArray<TypedArray>;
  /**
   * Returns the element type of a view.
   *
   * @param view - The view.
   * @returns The element type of its buffer.
   */
  dtype(view: View): DType;
  /**
   * Fills the arena and the outputs with values that stand out: NaN, −1, 2³²−1, 255.
   *
   * So a value that no step of the run wrote is easy to see.
   */
  scramble(): void;
}

/** Finds the value of a variable in the store, for a buffer of a plan. Throws BackendError if the buffer does not fit. */
export type FindVariable = (spec: VariableSpec, buffer: BufferSpec) => TypedArray;

/** Lays out the buffers of a plan in memory. Throws what `variable` throws. */
export function layOut(plan: Plan, variable: FindVariable, ops: ArrayOps): Memory {
  const arena = new ArrayBuffer(plan.arenaBytes);
  /** What steps write outside of the arena. */
  const outputs: TypedArray[] = [];
  let bytes = plan.arenaBytes;
  const buffers = plan.buffers.map((buffer) => {
    const { place, dtype, size } = buffer;
    if (place.kind === "variable") return variable(place.spec, buffer);
    // The host has no array of halves, so they take more room than the arena has for them.
    const own = place.kind === "arena" && dtype === "f16";
    if (place.kind === "arena" && !own) return onArena(arena, dtype, place.offset, size);
    const data = place.kind === "constant" ? place.data : hostArray(dtype, size);
    bytes += data.byteLength;
    if (place.kind === "output" || own) outputs.push(data);
    return data;
  });
  return {
    plan,
    ops,
    buffers,
    bytes,
    view: ({ buffer, shape, strides, offset }) =>
      ndarray(buffers[buffer] as TypedArray, [...shape], [...strides], offset),
    dtype: ({ buffer }) => plan.buffers[buffer]?.dtype as DType,
    scramble: () => {
      new Uint8Array(arena).fill(0xff);
      for (const { buffer, byteOffset, byteLength } of outputs) {
        new Uint8Array(buffer, byteOffset, byteLength).fill(0xff);
      }
    },
  };
}

/** An array of a buffer on the arena. */
function onArena(arena: ArrayBuffer, dtype: DType, offset: number, size: number): TypedArray {
  if (dtype === "f32") return new Float32Array(arena, offset, size);
  if (dtype === "f64") return new Float64Array(arena, offset, size);
  if (dtype === "i32") return new Int32Array(arena, offset, size);
  // A bool takes a 32-bit lane, so that a result may take the place of an input of another type.
  if (dtype === "u32" || dtype === "bool") return new Uint32Array(arena, offset, size);
  return new Uint8Array(arena, offset, size);
}
