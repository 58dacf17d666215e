import { type DType, storageBytes } from "@metrigrad/tensor";
import type { Emitter } from "../expr/emitter.ts";
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Statement,
  type V128,
  v128,
} from "../wasm/index.ts";
import type { Pointer } from "./cursor.ts";

/** A place in memory: an address and a constant to add to it. */
interface Place {
  readonly address: I32;
  readonly offset: number;
}

/** `by` bytes from a pointer. */
function place(pointer: Pointer, by: number): Place {
  const { cursor, offset } = pointer;
  if (by >= 0) return { address: cursor.at, offset: offset + by };
  return { address: i32.add(cursor.at, by), offset };
}

/** Bytes of a stored element. */
export function bytesOf(dtype: DType): number {
  return storageBytes[dtype];
}

/** Four times the same element, in the type under which expressions see it (booleans as masks). */
export function loadSplat(e: Emitter, pointer: Pointer, dtype: DType): V128 {
  const { address, offset } = place(pointer, 0);
  if (dtype === "u8") return i32x4.splat(i32.load8_u(address, offset));
  const lanes = v128.load32_splat(address, offset);
  return dtype === "bool" ? i32x4.ne(lanes, e.bits(0)) : lanes;
}

/** Four elements `stride` bytes apart, the first `by` bytes from the pointer. */
export function loadLanes(
  e: Emitter,
  pointer: Pointer,
  by: number,
  stride: number,
  dtype: DType,
): V128 {
  const lanes = dtype === "u8" ? loadBytes(pointer, by, stride) : loadWords(pointer, by, stride);
  return dtype === "bool" ? i32x4.ne(lanes, e.bits(0)) : lanes;
}

function loadWords(pointer: Pointer, by: number, stride: number): V128 {
  const first = place(pointer, by);
  if (stride === 0) return v128.load32_splat(first.address, first.offset);
  if (stride === 4) return v128.load(first.address, first.offset);
  return [1, 2, 3].reduce<V128>(
    (lanes, lane) => {
      const { address, offset } = place(pointer, by + lane * stride);
      return v128.load32_lane(address, lanes, lane, offset);
    },
    v128.load32_zero(first.address, first.offset),
  );
}

function loadBytes(pointer: Pointer, by: number, stride: number): V128 {
  const first = place(pointer, by);
  if (stride === 0) return i32x4.splat(i32.load8_u(first.address, first.offset));
  if (stride === 1) {
    const bytes = v128.load32_zero(first.address, first.offset);
    return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  }
  return [0, 1, 2, 3].reduce<V128>((lanes, lane) => {
    const { address, offset } = place(pointer, by + lane * stride);
    return v128.load8_lane(address, lanes, 4 * lane, offset);
  }, v128.zero());
}

/** Floats, with zero in place of those too small for full precision. */
export function withoutDenormals(e: Emitter, value: V128): V128 {
  const lanes = e.let(value);
  return v128.andnot(lanes, f32x4.lt(f32x4.abs(lanes), e.float(2 ** -126)));
}

/** Lanes as they are stored: booleans as 0 and 1, bytes saturated. */
function stored(e: Emitter, value: V128, dtype: DType): V128 {
  if (dtype === "u8") return i32x4.min_u(value, e.bits(255));
  return dtype === "bool" ? v128.and(value, e.bits(1)) : value;
}

/** Stores the first of four lanes. */
export function storeElement(e: Emitter, pointer: Pointer, value: V128, dtype: DType): Statement {
  const { address, offset } = place(pointer, 0);
  if (dtype === "u8") return v128.store8_lane(address, stored(e, value, dtype), 0, offset);
  return v128.store32_lane(address, stored(e, value, dtype), 0, offset);
}

/** Stores four lanes `stride` bytes apart. */
export function storeLanes(
  f: FunctionBuilder,
  e: Emitter,
  pointer: Pointer,
  by: number,
  stride: number,
  dtype: DType,
  value: V128,
): void {
  const { address, offset } = place(pointer, by);
  const lanes = stored(e, value, dtype);
  if (dtype !== "u8" && stride === 4) {
    f.do(v128.store(address, lanes, offset));
  } else if (dtype === "u8" && stride === 1) {
    const bytes = i8x16.shuffle(lanes, lanes, [0, 4, 8, 12, ...new Array<number>(12).fill(0)]);
    f.do(v128.store32_lane(address, bytes, 0, offset));
  } else {
    const whole = f.let(lanes);
    for (let lane = 0; lane < 4; lane++) {
      const to = place(pointer, by + lane * stride);
      f.do(
        dtype === "u8"
          ? v128.store8_lane(to.address, whole, 4 * lane, to.offset)
          : v128.store32_lane(to.address, whole, lane, to.offset),
      );
    }
  }
}
