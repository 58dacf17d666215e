import { i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Rule } from "../emitter.ts";

type Binary = (x: V128, y: V128) => V128;

/** Makes a rule for a comparison. Masks are 0 and −1, so false < true is the signed order reversed. */
function order(
  name: "lt" | "le" | "gt" | "ge",
  signed: Binary,
  unsigned: Binary,
  mask: Binary,
): Rule {
  return (e, [x, y]) => {
    const on = { float: e.vec[name], i32: signed, u32: unsigned, bool: mask }[x.type];
    return on(x.value, y.value);
  };
}

/** Makes a rule that compares numbers or masks for equality. */
function sameness(name: "eq" | "ne"): Rule {
  return (e, [x, y]) => (x.type === "float" ? e.vec : i32x4)[name](x.value, y.value);
}

export const lt: Rule = order("lt", i32x4.lt_s, i32x4.lt_u, i32x4.gt_s);
export const le: Rule = order("le", i32x4.le_s, i32x4.le_u, i32x4.ge_s);
export const gt: Rule = order("gt", i32x4.gt_s, i32x4.gt_u, i32x4.lt_s);
export const ge: Rule = order("ge", i32x4.ge_s, i32x4.ge_u, i32x4.le_s);
export const eq: Rule = sameness("eq");
export const ne: Rule = sameness("ne");

export const and: Rule = (_e, [x, y]) => v128.and(x.value, y.value);
export const or: Rule = (_e, [x, y]) => v128.or(x.value, y.value);
export const not: Rule = (_e, [x]) => v128.not(x.value);

export const isFinite: Rule = (e, [x]) =>
  e.vec.lt(e.vec.abs(x.value), e.float(Number.POSITIVE_INFINITY));

/** Selects by a mask. A branch of zero bits needs only the mask. */
export const select: Rule = (e, [mask, x, y]) => {
  if (Object.is(y.literal, 0)) return v128.and(x.value, mask.value);
  if (Object.is(x.literal, 0)) return v128.andnot(y.value, mask.value);
  return e.select(mask.value, x.value, y.value);
};
