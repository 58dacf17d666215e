import { type DType, scalarTypeOf, storageBytes } from "@metrigrad/tensor";
import type { Emitter } from "../expr/emitter.ts";
import { formats, once, twice } from "../expr/format.ts";
import {
  type FunctionBuilder,
  f32x4,
  f64x2,
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
import { narrowed, widened as widenedHalves } from "./halves.ts";

/** A place in memory: an address and a constant to add to it. */
interface Place {
  readonly address: I32;
  readonly offset: number;
}

/** Returns the place `by` bytes from a pointer. */
function place(pointer: Pointer, by: number): Place {
  const { cursor, offset } = pointer;
  if (by >= 0) return { address: cursor.at, offset: offset + by };
  return { address: i32.add(cursor.at, by), offset };
}

/** Returns the number of bytes of a stored element. */
export function bytesOf(dtype: DType): number {
  return storageBytes[dtype];
}

/** Loads of elements, by their number of bytes. */
const loads = {
  4: { splat: v128.load32_splat, first: v128.load32_zero, lane: v128.load32_lane },
  8: { splat: v128.load64_splat, first: v128.load64_zero, lane: v128.load64_lane },
} as const;
const stores = {
  1: v128.store8_lane,
  2: v128.store16_lane,
  4: v128.store32_lane,
  8: v128.store64_lane,
} as const;

/** Loads the same element into all lanes, in the type in which expressions see it (booleans as masks). */
export function loadSplat(e: Emitter, pointer: Pointer, dtype: DType): V128 {
  const { address, offset } = place(pointer, 0);
  const bytes = bytesOf(dtype);
  if (bytes === 1) return i32x4.splat(i32.load8_u(address, offset));
  if (bytes === 2) return fromHalves(e, i32x4.splat(i32.load16_u(address, offset)));
  const lanes = loads[bytes as 4 | 8].splat(address, offset);
  if (dtype === "f32" && e.floats.lanes === 2) return f64x2.promote_low_f32x4(lanes);
  return dtype === "bool" ? i32x4.ne(lanes, e.bits(0)) : lanes;
}

/**
 * Loads as many elements as there are lanes, `stride` bytes apart, the first `by` bytes from the pointer. With
 * `count` it loads so many, and the other lanes have any value.
 */
export function loadLanes(
  e: Emitter,
  pointer: Pointer,
  by: number,
  stride: number,
  dtype: DType,
  count: number = e.floats.lanes,
): V128 {
  const { lanes } = e.floats;
  if (dtype === "f16") return fromHalves(e, loadHalves(pointer, by, stride, count));
  const loaded =
    dtype === "u8"
      ? loadBytes(pointer, by, stride, count)
      : loadWords(pointer, by, stride, count, bytesOf(dtype) as 4 | 8);
  const spread = lanes === 4 || dtype === "f64" ? loaded : widened(loaded, dtype);
  return dtype === "bool" ? i32x4.ne(spread, e.bits(0)) : spread;
}

/** Returns the first two of four words, as wide as floats of 64 bits. */
function widened(words: V128, dtype: DType): V128 {
  return dtype === "f32" ? f64x2.promote_low_f32x4(words) : twice(words);
}

function loadWords(
  pointer: Pointer,
  by: number,
  stride: number,
  count: number,
  bytes: 4 | 8,
): V128 {
  const first = place(pointer, by);
  const load = loads[bytes];
  if (stride === 0) return load.splat(first.address, first.offset);
  if (stride === bytes && count * bytes >= 8 && count !== 3) {
    const all = count * bytes === 16 ? v128.load : v128.load64_zero;
    return all(first.address, first.offset);
  }
  return rest(count).reduce<V128>(
    (lanes, lane) => {
      const { address, offset } = place(pointer, by + lane * stride);
      return load.lane(address, lanes, lane, offset);
    },
    load.first(first.address, first.offset),
  );
}

/** Returns the lanes after the first one. */
function rest(count: number): number[] {
  return Array.from({ length: count - 1 }, (_, i) => i + 1);
}

function loadBytes(pointer: Pointer, by: number, stride: number, count: number): V128 {
  const first = place(pointer, by);
  if (stride === 0) return i32x4.splat(i32.load8_u(first.address, first.offset));
  if (stride === 1 && count === 4) {
    const bytes = v128.load32_zero(first.address, first.offset);
    return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  }
  return [0, ...rest(count)].reduce<V128>((lanes, lane) => {
    const { address, offset } = place(pointer, by + lane * stride);
    return v128.load8_lane(address, lanes, 4 * lane, offset);
  }, v128.zero());
}

function loadHalves(pointer: Pointer, by: number, stride: number, count: number): V128 {
  const first = place(pointer, by);
  if (stride === 0) return i32x4.splat(i32.load16_u(first.address, first.offset));
  if (stride === 2 && count % 2 === 0) {
    const load = count === 4 ? v128.load64_zero : v128.load32_zero;
    return i32x4.extend_low_i16x8_u(load(first.address, first.offset));
  }
  return [0, ...rest(count)].reduce<V128>((lanes, lane) => {
    const { address, offset } = place(pointer, by + lane * stride);
    return v128.load16_lane(address, lanes, 2 * lane, offset);
  }, v128.zero());
}

/** Returns halves, which lie in the low bits of lanes, as floats. */
function fromHalves(e: Emitter, halves: V128): V128 {
  const floats = widenedHalves(e, halves);
  return e.floats.lanes === 2 ? f64x2.promote_low_f32x4(floats) : floats;
}

/** Returns floats in which zero replaces those that are too small for full precision. */
export function withoutDenormals(e: Emitter, value: V128, dtype: "f32" | "f64"): V128 {
  const lanes = e.let(value);
  const { smallest } = formats[dtype];
  return v128.andnot(lanes, e.vec.lt(e.vec.abs(lanes), e.float(smallest)));
}

/** Returns lanes as they are stored: booleans as 0 and 1, bytes saturated, halves in the low bits. */
function stored(e: Emitter, value: V128, dtype: DType): V128 {
  if (dtype === "u8") return i32x4.min_u(value, e.bits(255));
  const isSingle = dtype === "f32" || dtype === "f16";
  const floats = isSingle && e.floats.lanes === 2 ? f32x4.demote_f64x2_zero(value) : value;
  if (isSingle) return dtype === "f16" ? narrowed(e, floats) : floats;
  return dtype === "bool" ? v128.and(value, e.bits(1)) : value;
}

/** Stores the first lane. */
export function storeElement(e: Emitter, pointer: Pointer, value: V128, dtype: DType): Statement {
  const { address, offset } = place(pointer, 0);
  const store = stores[bytesOf(dtype) as 1 | 2 | 4 | 8];
  return store(address, stored(e, value, dtype), 0, offset);
}

/** Stores all lanes, or the first `count` of them, `stride` bytes apart. */
export function storeLanes(
  f: FunctionBuilder,
  e: Emitter,
  pointer: Pointer,
  by: number,
  stride: number,
  dtype: DType,
  value: V128,
  count: number = e.floats.lanes,
): void {
  const { address, offset } = place(pointer, by);
  const all = e.floats.lanes;
  const bytes = bytesOf(dtype) as 1 | 2 | 4 | 8;
  const lanes = stored(e, value, dtype);
  // Beside floats of 64 bits integers are stored twice.
  const doubled = all === 2 && scalarTypeOf(dtype) !== "float";
  if (bytes >= 4 && stride === bytes && count === all) {
    const packed = doubled ? once(lanes) : lanes;
    f.do(
      count * bytes === 16
        ? v128.store(address, packed, offset)
        : v128.store64_lane(address, packed, 0, offset),
    );
  } else if (bytes === 1 && stride === 1 && count === 4) {
    const packed = i8x16.shuffle(lanes, lanes, [0, 4, 8, 12, ...new Array<number>(12).fill(0)]);
    f.do(v128.store32_lane(address, packed, 0, offset));
  } else if (bytes === 2 && stride === 2 && count === 4) {
    const order = [0, 1, 4, 5, 8, 9, 12, 13, ...new Array<number>(8).fill(0)];
    f.do(v128.store64_lane(address, i8x16.shuffle(lanes, lanes, order), 0, offset));
  } else {
    const whole = f.let(lanes);
    const apart = (doubled ? 2 : 1) * (bytes < 4 ? 4 / bytes : 1);
    for (let lane = 0; lane < count; lane++) {
      const to = place(pointer, by + lane * stride);
      f.do(stores[bytes](to.address, whole, apart * lane, to.offset));
    }
  }
}
