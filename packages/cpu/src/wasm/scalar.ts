import { signed64 } from "./leb128.ts";
import { binary, binaryI32, floatBytes, load, store, unary } from "./ops.ts";
import {
  asI32,
  effect,
  type I32,
  type I32Like,
  i32Const,
  instruction,
  type Statement,
  type ValType,
  type Value,
} from "./value.ts";

/** Returns x + y, folded if both are literals, or one is 0. */
function addI32(x: I32Like, y: I32Like): I32 {
  const [a, b] = [asI32(x), asI32(y)];
  if (a.literal !== undefined && b.literal !== undefined) return i32Const(a.literal + b.literal);
  if (b.literal === 0) return a;
  if (a.literal === 0) return b;
  const address = a.address ?? b.address;
  const bytes = b.literal ?? a.literal;
  if (address !== undefined && bytes !== undefined) return i32Const(address + bytes);
  return instruction("i32", [0x6a], a, b);
}

/** Returns x·y, folded if literals allow it. */
function mulI32(x: I32Like, y: I32Like): I32 {
  const [a, b] = [asI32(x), asI32(y)];
  if (a.literal !== undefined && b.literal !== undefined) {
    return i32Const(Math.imul(a.literal, b.literal));
  }
  if (a.literal === 0 || b.literal === 0) return i32Const(0);
  if (b.literal === 1) return a;
  if (a.literal === 1) return b;
  return instruction("i32", [0x6c], a, b);
}

/** Operations on 32-bit integers. */
export const i32 = {
  const: i32Const,
  load: load("i32", 4, 0x28),
  load8_s: load("i32", 1, 0x2c),
  load8_u: load("i32", 1, 0x2d),
  load16_u: load("i32", 2, 0x2f),
  store: store<"i32">(4, 0x36),
  store8: store<"i32">(1, 0x3a),
  eqz: unary<"i32", "i32">("i32", 0x45),
  eq: binaryI32(0x46),
  ne: binaryI32(0x47),
  lt_s: binaryI32(0x48),
  lt_u: binaryI32(0x49),
  gt_s: binaryI32(0x4a),
  gt_u: binaryI32(0x4b),
  le_s: binaryI32(0x4c),
  le_u: binaryI32(0x4d),
  ge_s: binaryI32(0x4e),
  ge_u: binaryI32(0x4f),
  clz: unary<"i32", "i32">("i32", 0x67),
  ctz: unary<"i32", "i32">("i32", 0x68),
  popcnt: unary<"i32", "i32">("i32", 0x69),
  add: addI32,
  sub: binaryI32(0x6b),
  mul: mulI32,
  div_s: binaryI32(0x6d),
  div_u: binaryI32(0x6e),
  rem_s: binaryI32(0x6f),
  rem_u: binaryI32(0x70),
  and: binaryI32(0x71),
  or: binaryI32(0x72),
  xor: binaryI32(0x73),
  shl: binaryI32(0x74),
  shr_s: binaryI32(0x75),
  shr_u: binaryI32(0x76),
  rotl: binaryI32(0x77),
  trunc_sat_f32_s: unary<"f32", "i32">("i32", 0xfc, 0x00),
  trunc_sat_f32_u: unary<"f32", "i32">("i32", 0xfc, 0x01),
  reinterpret_f32: unary<"f32", "i32">("i32", 0xbc),
  wrap_i64: unary<"i64", "i32">("i32", 0xa7),
};

/** Operations on 64-bit integers, as far as counters and sorting need them. */
export const i64 = {
  const: (value: bigint): Value<"i64"> => instruction("i64", [0x42, ...signed64(value)]),
  add: binary<"i64", "i64">("i64", 0x7c),
  sub: binary<"i64", "i64">("i64", 0x7d),
  mul: binary<"i64", "i64">("i64", 0x7e),
  div_u: binary<"i64", "i64">("i64", 0x80),
  load: load("i64", 8, 0x29),
  lt_u: binary<"i64", "i32">("i32", 0x54),
  or: binary<"i64", "i64">("i64", 0x84),
  shl: binary<"i64", "i64">("i64", 0x86),
  store: store<"i64">(8, 0x37),
  extend_i32_u: unary<"i32", "i64">("i64", 0xad),
};

/** Operations on 32-bit floats. */
export const f32 = {
  const: (value: number): Value<"f32"> => instruction("f32", [0x43, floatBytes(value, 4)]),
  load: load("f32", 4, 0x2a),
  store: store<"f32">(4, 0x38),
  eq: binary<"f32", "i32">("i32", 0x5b),
  ne: binary<"f32", "i32">("i32", 0x5c),
  lt: binary<"f32", "i32">("i32", 0x5d),
  gt: binary<"f32", "i32">("i32", 0x5e),
  le: binary<"f32", "i32">("i32", 0x5f),
  ge: binary<"f32", "i32">("i32", 0x60),
  abs: unary<"f32", "f32">("f32", 0x8b),
  neg: unary<"f32", "f32">("f32", 0x8c),
  sqrt: unary<"f32", "f32">("f32", 0x91),
  add: binary<"f32", "f32">("f32", 0x92),
  sub: binary<"f32", "f32">("f32", 0x93),
  mul: binary<"f32", "f32">("f32", 0x94),
  div: binary<"f32", "f32">("f32", 0x95),
  min: binary<"f32", "f32">("f32", 0x96),
  max: binary<"f32", "f32">("f32", 0x97),
  convert_i32_s: unary<"i32", "f32">("f32", 0xb2),
  convert_i32_u: unary<"i32", "f32">("f32", 0xb3),
  demote_f64: unary<"f64", "f32">("f32", 0xb6),
  reinterpret_i32: unary<"i32", "f32">("f32", 0xbe),
};

/** Operations on 64-bit floats. */
export const f64 = {
  const: (value: number): Value<"f64"> => instruction("f64", [0x44, floatBytes(value, 8)]),
  load: load("f64", 8, 0x2b),
  store: store<"f64">(8, 0x39),
  eq: binary<"f64", "i32">("i32", 0x61),
  ne: binary<"f64", "i32">("i32", 0x62),
  lt: binary<"f64", "i32">("i32", 0x63),
  gt: binary<"f64", "i32">("i32", 0x64),
  le: binary<"f64", "i32">("i32", 0x65),
  ge: binary<"f64", "i32">("i32", 0x66),
  abs: unary<"f64", "f64">("f64", 0x99),
  neg: unary<"f64", "f64">("f64", 0x9a),
  sqrt: unary<"f64", "f64">("f64", 0x9f),
  add: binary<"f64", "f64">("f64", 0xa0),
  sub: binary<"f64", "f64">("f64", 0xa1),
  mul: binary<"f64", "f64">("f64", 0xa2),
  div: binary<"f64", "f64">("f64", 0xa3),
  min: binary<"f64", "f64">("f64", 0xa4),
  max: binary<"f64", "f64">("f64", 0xa5),
  convert_i32_s: unary<"i32", "f64">("f64", 0xb7),
  convert_i32_u: unary<"i32", "f64">("f64", 0xb8),
  promote_f32: unary<"f32", "f64">("f64", 0xbb),
};

/** Returns `condition ? x : y`; both are evaluated. */
export function select<T extends ValType>(condition: I32, x: Value<T>, y: Value<T>): Value<T> {
  const opcode = x.type === "v128" ? [0x1c, 0x01, 0x7b] : [0x1b];
  return instruction(x.type, opcode, x, y, condition);
}

/** Evaluates a value for its effects only. */
export function drop(value: Value): Statement {
  return effect([0x1a], value);
}

/** Traps. */
export function unreachable(): Statement {
  return effect([0x00]);
}

/** Sets `bytes` bytes from `address` on to `value`. */
export function memoryFill(address: I32Like, value: I32Like, bytes: I32Like): Statement {
  return effect([0xfc, 0x0b, 0x00], asI32(address), asI32(value), asI32(bytes));
}

/** Copies `bytes` bytes; the ranges may overlap. */
export function memoryCopy(to: I32Like, from: I32Like, bytes: I32Like): Statement {
  return effect([0xfc, 0x0a, 0x00, 0x00], asI32(to), asI32(from), asI32(bytes));
}
