import ndarray, { type NdArray } from "ndarray";
import type { VariableSpec } from "../backend/variable.ts";
import { type DType, hostArray, type TypedArray } from "../dtype.ts";
import type { BufferSpec, Plan } from "../plan/plan.ts";
import type { View } from "../plan/view.ts";
import type { ArrayOps } from "./arrayOps.ts";

/** The buffers of an executable and views on them. */
export interface Memory {
  readonly plan: Plan;
  readonly ops: ArrayOps;
  readonly buffers: readonly TypedArray[];
  /** Bytes that are not the store's. */
  readonly bytes: number;
  view(view: View): NdArray<TypedArray>;
  /** Element type of a view. */
  dtype(view: View): DType;
  /** Makes what no step of this run wrote recognisable: NaN, −1, 2³²−1, 255. */
  scramble(): void;
}

/** Finds a variable of the store for a buffer of a plan. Throws BackendError where it does not fit. */
export type FindVariable = (spec: VariableSpec, buffer: BufferSpec) => TypedArray;

/** Lays out the buffers of a plan. Throws what `variable` throws. */
export function layOut(plan: Plan, variable: FindVariable, ops: ArrayOps): Memory {
  const arena = new ArrayBuffer(plan.arenaBytes);
  const outputs: TypedArray[] = [];
  let bytes = plan.arenaBytes;
  const buffers = plan.buffers.map((buffer) => {
    const { place, dtype, size } = buffer;
    if (place.kind === "variable") return variable(place.spec, buffer);
    if (place.kind === "arena") return onArena(arena, dtype, place.offset, size);
    const data = place.kind === "constant" ? place.data : hostArray(dtype, size);
    bytes += data.byteLength;
    if (place.kind === "output") outputs.push(data);
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

function onArena(arena: ArrayBuffer, dtype: DType, offset: number, size: number): TypedArray {
  if (dtype === "f32") return new Float32Array(arena, offset, size);
  if (dtype === "f64") return new Float64Array(arena, offset, size);
  if (dtype === "i32") return new Int32Array(arena, offset, size);
  // A bool takes a 32-bit lane, so that a result may take the place of an input of another type.
  if (dtype === "u32" || dtype === "bool") return new Uint32Array(arena, offset, size);
  return new Uint8Array(arena, offset, size);
}
