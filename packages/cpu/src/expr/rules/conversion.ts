import type { ScalarType } from "@metrigrad/tensor";
import { i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";

function toFloatFrom(e: Emitter, x: V128, from: ScalarType): V128 {
  if (from === "float") return x;
  if (from === "bool") return v128.and(x, e.float(1));
  return from === "i32" ? e.format.fromSigned(x) : e.format.fromUnsigned(x);
}

function toIntFrom(e: Emitter, x: V128, from: ScalarType, signed: boolean): V128 {
  if (from === "bool") return v128.and(x, e.bits(1));
  if (from !== "float") return x;
  return signed ? e.format.toSigned(x) : e.format.toUnsigned(x);
}

function toBoolFrom(e: Emitter, x: V128, from: ScalarType): V128 {
  if (from === "bool") return x;
  return from === "float" ? e.vec.ne(x, e.float(0)) : i32x4.ne(x, e.bits(0));
}

/** Returns lanes in another type: floats truncate and saturate, NaN becomes 0, and bool is x ≠ 0. */
export function convertLanes(e: Emitter, x: V128, from: ScalarType, to: ScalarType): V128 {
  if (to === "float") return toFloatFrom(e, x, from);
  if (to === "bool") return toBoolFrom(e, x, from);
  return toIntFrom(e, x, from, to === "i32");
}

export const toFloat: Rule = (e, [x]) => convertLanes(e, x.value, x.type, "float");
export const toI32: Rule = (e, [x]) => convertLanes(e, x.value, x.type, "i32");
export const toU32: Rule = (e, [x]) => convertLanes(e, x.value, x.type, "u32");
export const toBool: Rule = (e, [x]) => convertLanes(e, x.value, x.type, "bool");
