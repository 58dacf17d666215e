import { binary, load, simd, store, unary } from "./ops.ts";
import {
  access,
  asI32,
  effect,
  type I32Like,
  instruction,
  type Statement,
  type V128,
  type ValType,
  type Value,
} from "./value.ts";

const un = (opcode: number) => unary<"v128", "v128">("v128", ...simd(opcode));
const bin = (opcode: number) => binary<"v128", "v128">("v128", ...simd(opcode));
const test = (opcode: number) => unary<"v128", "i32">("i32", ...simd(opcode));
const ternary = (opcode: number) => (x: V128, y: V128, z: V128) =>
  instruction("v128", simd(opcode), x, y, z);
const shift = (opcode: number) => (x: V128, by: I32Like) =>
  instruction("v128", simd(opcode), x, asI32(by));
const splat = <A extends ValType>(opcode: number) => unary<A, "v128">("v128", ...simd(opcode));
const extract =
  <R extends ValType>(type: R, opcode: number) =>
  (x: V128, lane: number) =>
    instruction(type, [...simd(opcode), lane], x);
const replace =
  <A extends ValType>(opcode: number) =>
  (x: V128, lane: number, value: Value<A>) =>
    instruction("v128", [...simd(opcode), lane], x, value);
const loads = (bytes: number, opcode: number) => load("v128", bytes, ...simd(opcode));
const loadLane =
  (bytes: number, opcode: number) =>
  (at: I32Like, x: V128, lane: number, offset = 0): V128 => {
    const { address, memarg } = access(at, Math.log2(bytes), offset);
    return instruction("v128", [...simd(opcode), memarg, lane], address, x);
  };
const storeLane =
  (bytes: number, opcode: number) =>
  (at: I32Like, x: V128, lane: number, offset = 0): Statement => {
    const { address, memarg } = access(at, Math.log2(bytes), offset);
    return effect([...simd(opcode), memarg, lane], address, x);
  };

/** Returns four i32 as a literal. */
function constI32x4(a: number, b: number, c: number, d: number): V128 {
  const bytes = new Uint8Array(new Int32Array([a, b, c, d]).buffer);
  return instruction("v128", [...simd(0x0c), ...bytes]);
}

/** Returns the same 64 bits twice as a literal. */
function constI64x2(value: bigint): V128 {
  const bytes = new Uint8Array(new BigInt64Array([value, value]).buffer);
  return instruction("v128", [...simd(0x0c), ...bytes]);
}

/** Returns the same number twice as a literal. */
function constF64x2(value: number): V128 {
  const bytes = new Uint8Array(new Float64Array([value, value]).buffer);
  return instruction("v128", [...simd(0x0c), ...bytes]);
}

const bits = new DataView(new ArrayBuffer(4));

/** Returns the bits of a number rounded to float32. */
export function bitsOf(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

/** Operations on 128 bits of any content. */
export const v128 = {
  load: loads(16, 0x00),
  load8x8_u: loads(8, 0x02),
  load32_splat: loads(4, 0x09),
  load64_splat: loads(8, 0x0a),
  load32_zero: loads(4, 0x5c),
  load64_zero: loads(8, 0x5d),
  load8_lane: loadLane(1, 0x54),
  load16_lane: loadLane(2, 0x55),
  load32_lane: loadLane(4, 0x56),
  load64_lane: loadLane(8, 0x57),
  store: store<"v128">(16, ...simd(0x0b)),
  store8_lane: storeLane(1, 0x58),
  store16_lane: storeLane(2, 0x59),
  store32_lane: storeLane(4, 0x5a),
  store64_lane: storeLane(8, 0x5b),
  const: constI32x4,
  zero: (): V128 => constI32x4(0, 0, 0, 0),
  not: un(0x4d),
  and: bin(0x4e),
  /** x ∧ ¬y. */
  andnot: bin(0x4f),
  or: bin(0x50),
  xor: bin(0x51),
  /** Bits of x where `mask` has ones, of y elsewhere. */
  bitselect: (x: V128, y: V128, mask: V128): V128 => instruction("v128", simd(0x52), x, y, mask),
  any_true: test(0x53),
};

/** Operations on sixteen bytes. */
export const i8x16 = {
  shuffle: (x: V128, y: V128, lanes: readonly number[]): V128 =>
    instruction("v128", [...simd(0x0d), ...lanes], x, y),
  swizzle: bin(0x0e),
  splat: splat<"i32">(0x0f),
  narrow_i16x8_u: bin(0x66),
};

/** Operations on eight 16-bit integers. */
export const i16x8 = {
  extend_low_i8x16_u: un(0x89),
  narrow_i32x4_u: bin(0x86),
};

/** Operations on four 32-bit integers. */
export const i32x4 = {
  const: (value: number): V128 => constI32x4(value, value, value, value),
  splat: splat<"i32">(0x11),
  extract_lane: extract("i32", 0x1b),
  replace_lane: replace<"i32">(0x1c),
  /** Lanes 0–3 of x and 4–7 of y, in the given order. */
  shuffle: (x: V128, y: V128, lanes: readonly [number, number, number, number]): V128 =>
    i8x16.shuffle(
      x,
      y,
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
    ),
  eq: bin(0x37),
  ne: bin(0x38),
  lt_s: bin(0x39),
  lt_u: bin(0x3a),
  gt_s: bin(0x3b),
  gt_u: bin(0x3c),
  le_s: bin(0x3d),
  le_u: bin(0x3e),
  ge_s: bin(0x3f),
  ge_u: bin(0x40),
  abs: un(0xa0),
  neg: un(0xa1),
  all_true: test(0xa3),
  bitmask: test(0xa4),
  extend_low_i16x8_u: un(0xa9),
  shl: shift(0xab),
  shr_s: shift(0xac),
  shr_u: shift(0xad),
  add: bin(0xae),
  sub: bin(0xb1),
  mul: bin(0xb5),
  min_s: bin(0xb6),
  min_u: bin(0xb7),
  max_s: bin(0xb8),
  max_u: bin(0xb9),
  trunc_sat_f32x4_s: un(0xf8),
  trunc_sat_f32x4_u: un(0xf9),
  trunc_sat_f64x2_s_zero: un(0xfc),
  trunc_sat_f64x2_u_zero: un(0xfd),
  /** Lanes of x where `mask` is all ones, of y where all zeros. Relaxed SIMD. */
  relaxed_laneselect: ternary(0x10b),
};

/** Operations on four 32-bit floats. */
export const f32x4 = {
  const: (value: number): V128 => i32x4.const(bitsOf(value)),
  splat: splat<"f32">(0x13),
  extract_lane: extract("f32", 0x1f),
  replace_lane: replace<"f32">(0x20),
  eq: bin(0x41),
  ne: bin(0x42),
  lt: bin(0x43),
  gt: bin(0x44),
  le: bin(0x45),
  ge: bin(0x46),
  demote_f64x2_zero: un(0x5e),
  ceil: un(0x67),
  floor: un(0x68),
  trunc: un(0x69),
  nearest: un(0x6a),
  abs: un(0xe0),
  neg: un(0xe1),
  sqrt: un(0xe3),
  add: bin(0xe4),
  sub: bin(0xe5),
  mul: bin(0xe6),
  div: bin(0xe7),
  min: bin(0xe8),
  max: bin(0xe9),
  /** y < x ? y : x. */
  pmin: bin(0xea),
  /** x < y ? y : x. */
  pmax: bin(0xeb),
  convert_i32x4_s: un(0xfa),
  convert_i32x4_u: un(0xfb),
  /** x·y + z, rounded once or twice as the machine likes. Relaxed SIMD. */
  relaxed_madd: ternary(0x105),
  /** z − x·y. Relaxed SIMD. */
  relaxed_nmadd: ternary(0x106),
};

/** Operations on two 64-bit floats. */
export const f64x2 = {
  const: constF64x2,
  splat: splat<"f64">(0x14),
  extract_lane: extract("f64", 0x21),
  replace_lane: replace<"f64">(0x22),
  eq: bin(0x47),
  ne: bin(0x48),
  lt: bin(0x49),
  gt: bin(0x4a),
  le: bin(0x4b),
  ge: bin(0x4c),
  promote_low_f32x4: un(0x5f),
  ceil: un(0x74),
  floor: un(0x75),
  trunc: un(0x7a),
  nearest: un(0x94),
  abs: un(0xec),
  neg: un(0xed),
  sqrt: un(0xef),
  add: bin(0xf0),
  sub: bin(0xf1),
  mul: bin(0xf2),
  div: bin(0xf3),
  min: bin(0xf4),
  max: bin(0xf5),
  /** y < x ? y : x. */
  pmin: bin(0xf6),
  /** x < y ? y : x. */
  pmax: bin(0xf7),
  convert_low_i32x4_s: un(0xfe),
  convert_low_i32x4_u: un(0xff),
  /** x·y + z, rounded once or twice as the machine likes. Relaxed SIMD. */
  relaxed_madd: ternary(0x107),
  /** z − x·y. Relaxed SIMD. */
  relaxed_nmadd: ternary(0x108),
};

/** Operations on two 64-bit integers. */
export const i64x2 = {
  const: constI64x2,
  splat: splat<"i64">(0x12),
  extract_lane: extract("i64", 0x1d),
  neg: un(0xc1),
  shl: shift(0xcb),
  shr_s: shift(0xcc),
  shr_u: shift(0xcd),
  add: bin(0xce),
  sub: bin(0xd1),
  eq: bin(0xd6),
  ne: bin(0xd7),
  lt_s: bin(0xd8),
  gt_s: bin(0xd9),
};
