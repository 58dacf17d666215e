import { type I32, type I32Like, i32, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Rule } from "../emitter.ts";

export const bitAnd: Rule = (_e, [x, y]) => v128.and(x.value, y.value);
export const bitOr: Rule = (_e, [x, y]) => v128.or(x.value, y.value);
export const bitXor: Rule = (_e, [x, y]) => v128.xor(x.value, y.value);

type VectorShift = (x: V128, by: I32Like) => V128;
type ScalarShift = (x: I32Like, by: I32Like) => I32;

/** Shifts all lanes. SIMD shifts by one amount only, so different amounts are taken lane by lane. */
function shift(vector: VectorShift, scalar: ScalarShift, x: V128, y: V128, literal?: number): V128 {
  if (literal !== undefined) return vector(x, literal & 31);
  return [0, 1, 2, 3].reduce(
    (result, lane) =>
      i32x4.replace_lane(
        result,
        lane,
        scalar(i32x4.extract_lane(x, lane), i32x4.extract_lane(y, lane)),
      ),
    x,
  );
}

export const shiftLeft: Rule = (_e, [x, y]) =>
  shift(i32x4.shl, i32.shl, x.value, y.value, y.literal);

export const shiftRight: Rule = (_e, [x, y], type) =>
  type === "u32"
    ? shift(i32x4.shr_u, i32.shr_u, x.value, y.value, y.literal)
    : shift(i32x4.shr_s, i32.shr_s, x.value, y.value, y.literal);
