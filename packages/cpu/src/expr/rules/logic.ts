import { f32x4, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Rule } from "../emitter.ts";

type Binary = (x: V128, y: V128) => V128;

/** Masks are 0 and −1, so that false < true is the signed order reversed. */
function comparison(float: Binary, signed: Binary, unsigned: Binary, mask: Binary): Rule {
  return (_e, [x, y]) => {
    const on = { float, i32: signed, u32: unsigned, bool: mask }[x.type];
    return on(x.value, y.value);
  };
}

export const lt: Rule = comparison(f32x4.lt, i32x4.lt_s, i32x4.lt_u, i32x4.gt_s);
export const le: Rule = comparison(f32x4.le, i32x4.le_s, i32x4.le_u, i32x4.ge_s);
export const gt: Rule = comparison(f32x4.gt, i32x4.gt_s, i32x4.gt_u, i32x4.lt_s);
export const ge: Rule = comparison(f32x4.ge, i32x4.ge_s, i32x4.ge_u, i32x4.le_s);
export const eq: Rule = comparison(f32x4.eq, i32x4.eq, i32x4.eq, i32x4.eq);
export const ne: Rule = comparison(f32x4.ne, i32x4.ne, i32x4.ne, i32x4.ne);

export const and: Rule = (_e, [x, y]) => v128.and(x.value, y.value);
export const or: Rule = (_e, [x, y]) => v128.or(x.value, y.value);
export const not: Rule = (_e, [x]) => v128.not(x.value);

export const isFinite: Rule = (e, [x]) =>
  f32x4.lt(f32x4.abs(x.value), e.float(Number.POSITIVE_INFINITY));

/** A branch of zero bits needs only a mask. */
export const select: Rule = (e, [mask, x, y]) => {
  if (Object.is(y.literal, 0)) return v128.and(x.value, mask.value);
  if (Object.is(x.literal, 0)) return v128.andnot(y.value, mask.value);
  return e.select(mask.value, x.value, y.value);
};
