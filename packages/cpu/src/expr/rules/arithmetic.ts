import type { ScalarType } from "@metrigrad/tensor";
import { f32x4, f64x2, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Operand, Rule } from "../emitter.ts";

type Binary = (x: V128, y: V128) => V128;

function byType(onFloat: Binary, onInt: Binary): Rule {
  return (_e, [x, y], type) => (type === "float" ? onFloat : onInt)(x.value, y.value);
}

export const add: Rule = byType(f32x4.add, i32x4.add);
export const sub: Rule = byType(f32x4.sub, i32x4.sub);
export const mul: Rule = byType(f32x4.mul, i32x4.mul);

/** Integer quotients go through float64, where they are exact after truncation. */
export const div: Rule = (e, [x, y], type) => {
  if (type === "float") return f32x4.div(x.value, y.value);
  const half = (a: V128, b: V128) => {
    const quotient =
      type === "i32"
        ? f64x2.div(f64x2.convert_low_i32x4_s(a), f64x2.convert_low_i32x4_s(b))
        : f64x2.div(f64x2.convert_low_i32x4_u(a), f64x2.convert_low_i32x4_u(b));
    return type === "i32"
      ? i32x4.trunc_sat_f64x2_s_zero(quotient)
      : i32x4.trunc_sat_f64x2_u_zero(quotient);
  };
  const high = (v: V128) => i32x4.shuffle(v, v, [2, 3, 2, 3]);
  const whole = e.let(
    i32x4.shuffle(half(x.value, y.value), half(high(x.value), high(y.value)), [0, 1, 4, 5]),
  );
  const defined = v128.andnot(whole, i32x4.eq(y.value, e.bits(0)));
  if (type === "u32") return defined;
  // −2³¹ / −1 wraps; the conversion has saturated it.
  const low = e.bits(-(2 ** 31));
  const wraps = v128.and(i32x4.eq(x.value, low), i32x4.eq(y.value, e.bits(-1)));
  return v128.bitselect(low, defined, wraps);
};

export const neg: Rule = (_e, [x], type) =>
  type === "float" ? f32x4.neg(x.value) : i32x4.neg(x.value);

export const abs: Rule = (_e, [x], type) =>
  type === "float" ? f32x4.abs(x.value) : i32x4.abs(x.value);

export const sign: Rule = (e, [x], type) => {
  if (type === "i32") {
    const positive = i32x4.gt_s(x.value, e.bits(0));
    return i32x4.sub(i32x4.shr_s(x.value, 31), positive);
  }
  const unit = v128.or(v128.and(x.value, e.bits(0x80000000)), e.float(1));
  return e.select(f32x4.gt(f32x4.abs(x.value), e.float(0)), unit, x.value);
};

function isNumber(operand: Operand): boolean {
  return operand.literal !== undefined && !Number.isNaN(operand.literal);
}

/** pmin and pmax are one instruction each and let a NaN in their first operand through. */
function extreme(any: Binary, number: Binary, signed: Binary, unsigned: Binary): Rule {
  return (_e: Emitter, [x, y]: readonly Operand[], type: ScalarType) => {
    const [a, b] = [(x as Operand).value, (y as Operand).value];
    if (type !== "float") return (type === "u32" ? unsigned : signed)(a, b);
    if (isNumber(y as Operand)) return number(a, b);
    return isNumber(x as Operand) ? number(b, a) : any(a, b);
  };
}

export const min: Rule = extreme(f32x4.min, f32x4.pmin, i32x4.min_s, i32x4.min_u);
export const max: Rule = extreme(f32x4.max, f32x4.pmax, i32x4.max_s, i32x4.max_u);

export const floor: Rule = (_e, [x]) => f32x4.floor(x.value);
export const ceil: Rule = (_e, [x]) => f32x4.ceil(x.value);
export const round: Rule = (_e, [x]) => f32x4.nearest(x.value);
export const sqrt: Rule = (_e, [x]) => f32x4.sqrt(x.value);
