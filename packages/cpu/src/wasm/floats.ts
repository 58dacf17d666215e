import type { FloatType } from "@metrigrad/tensor";
import { f32, f64 } from "./scalar.ts";
import { f32x4, f64x2, v128 } from "./simd.ts";
import type { I32, I32Like, Statement, V128, Value } from "./value.ts";

/** A number of either float type. */
export type Num = Value<FloatType>;

/** Operations on one number; `f32` and `f64` have them. */
interface FloatNumbers {
  const(value: number): Num;
  load(address: I32Like, offset?: number): Num;
  store(address: I32Like, value: Num, offset?: number): Statement;
  eq(x: Num, y: Num): I32;
  ne(x: Num, y: Num): I32;
  lt(x: Num, y: Num): I32;
  gt(x: Num, y: Num): I32;
  le(x: Num, y: Num): I32;
  ge(x: Num, y: Num): I32;
  abs(x: Num): Num;
  neg(x: Num): Num;
  sqrt(x: Num): Num;
  add(x: Num, y: Num): Num;
  sub(x: Num, y: Num): Num;
  mul(x: Num, y: Num): Num;
  div(x: Num, y: Num): Num;
  min(x: Num, y: Num): Num;
  max(x: Num, y: Num): Num;
  convert_i32_s(x: I32): Num;
  convert_i32_u(x: I32): Num;
}

/** Operations on the numbers of a vector; `f32x4` and `f64x2` have them. */
export interface FloatVectors {
  const(value: number): V128;
  splat(value: Num): V128;
  extract_lane(x: V128, lane: number): Num;
  replace_lane(x: V128, lane: number, value: Num): V128;
  readonly eq: (x: V128, y: V128) => V128;
  readonly ne: (x: V128, y: V128) => V128;
  readonly lt: (x: V128, y: V128) => V128;
  readonly gt: (x: V128, y: V128) => V128;
  readonly le: (x: V128, y: V128) => V128;
  readonly ge: (x: V128, y: V128) => V128;
  readonly ceil: (x: V128) => V128;
  readonly floor: (x: V128) => V128;
  readonly trunc: (x: V128) => V128;
  readonly nearest: (x: V128) => V128;
  readonly abs: (x: V128) => V128;
  readonly neg: (x: V128) => V128;
  readonly sqrt: (x: V128) => V128;
  readonly add: (x: V128, y: V128) => V128;
  readonly sub: (x: V128, y: V128) => V128;
  readonly mul: (x: V128, y: V128) => V128;
  readonly div: (x: V128, y: V128) => V128;
  readonly min: (x: V128, y: V128) => V128;
  readonly max: (x: V128, y: V128) => V128;
  /** y < x ? y : x. */
  readonly pmin: (x: V128, y: V128) => V128;
  /** x < y ? y : x. */
  readonly pmax: (x: V128, y: V128) => V128;
  /** x·y + z, rounded once or twice, as the machine chooses. Relaxed SIMD. */
  readonly relaxed_madd: (x: V128, y: V128, z: V128) => V128;
  /** z − x·y. Relaxed SIMD. */
  readonly relaxed_nmadd: (x: V128, y: V128, z: V128) => V128;
}

/** The floats of a kernel: one template serves both types. A vector has 16 bytes. */
export interface Floats {
  readonly type: FloatType;
  /** The number of bytes of one number. */
  readonly bytes: 4 | 8;
  /** log₂ of `bytes`. */
  readonly shift: 2 | 3;
  /** The number of numbers in a vector. */
  readonly lanes: 4 | 2;
  readonly num: FloatNumbers;
  readonly vec: FloatVectors;
  /** Loads a number of memory into all lanes. */
  readonly loadSplat: (address: I32Like, offset?: number) => V128;
  /** Loads a number of memory into the first lane, with zeros in the others. */
  readonly loadFirst: (address: I32Like, offset?: number) => V128;
  /** Returns `x` with a number of memory in one lane. */
  readonly loadLane: (address: I32Like, x: V128, lane: number, offset?: number) => V128;
  /** Stores one lane. */
  readonly storeLane: (address: I32Like, x: V128, lane: number, offset?: number) => Statement;
}

/** Four floats of 32 bits. */
const single: Floats = {
  type: "f32",
  bytes: 4,
  shift: 2,
  lanes: 4,
  num: f32,
  vec: f32x4,
  loadSplat: v128.load32_splat,
  loadFirst: v128.load32_zero,
  loadLane: v128.load32_lane,
  storeLane: v128.store32_lane,
};

/** Two floats of 64 bits. */
const double: Floats = {
  type: "f64",
  bytes: 8,
  shift: 3,
  lanes: 2,
  num: f64,
  vec: f64x2,
  loadSplat: v128.load64_splat,
  loadFirst: v128.load64_zero,
  loadLane: v128.load64_lane,
  storeLane: v128.store64_lane,
};

/** Returns the floats of a type. */
export function floatsOf(type: FloatType): Floats {
  return type === "f32" ? single : double;
}
