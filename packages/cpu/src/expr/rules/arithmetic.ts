import type { ScalarType } from "@metrigrad/tensor";
import { f64x2, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Operand, Rule } from "../emitter.ts";

/** Makes a rule for an operation that floats and integers have under one name. */
function byType(name: "add" | "sub" | "mul"): Rule {
  return (e, [x, y], type) => (type === "float" ? e.vec : i32x4)[name](x.value, y.value);
}

export const add: Rule = byType("add");
export const sub: Rule = byType("sub");
export const mul: Rule = byType("mul");

/** Divides. Integer quotients go through float64, in which they are exact after truncation. */
export const div: Rule = (e, [x, y], type) => {
  if (type === "float") return e.vec.div(x.value, y.value);
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
  // −2³¹ / −1 must wrap, but the conversion has saturated it.
  const low = e.bits(-(2 ** 31));
  const wraps = v128.and(i32x4.eq(x.value, low), i32x4.eq(y.value, e.bits(-1)));
  return v128.bitselect(low, defined, wraps);
};

export const neg: Rule = (e, [x], type) => (type === "float" ? e.vec : i32x4).neg(x.value);

export const abs: Rule = (e, [x], type) => (type === "float" ? e.vec : i32x4).abs(x.value);

export const sign: Rule = (e, [x], type) => {
  if (type === "i32") {
    const positive = i32x4.gt_s(x.value, e.bits(0));
    return i32x4.sub(i32x4.shr_s(x.value, 31), positive);
  }
  const unit = v128.or(v128.and(x.value, e.signs), e.float(1));
  return e.select(e.vec.gt(e.vec.abs(x.value), e.float(0)), unit, x.value);
};

function isNumber(operand: Operand): boolean {
  return operand.literal !== undefined && !Number.isNaN(operand.literal);
}

const signed = { min: "min_s", max: "max_s" } as const;
const unsigned = { min: "min_u", max: "max_u" } as const;

/** Makes a rule for an extreme. pmin and pmax are one instruction each, and pass on a NaN in their first operand. */
function extreme(name: "min" | "max"): Rule {
  return ({ vec }: Emitter, [x, y]: readonly Operand[], type: ScalarType) => {
    const [a, b] = [(x as Operand).value, (y as Operand).value];
    if (type !== "float") return i32x4[type === "u32" ? unsigned[name] : signed[name]](a, b);
    const number = vec[`p${name}`];
    if (isNumber(y as Operand)) return number(a, b);
    return isNumber(x as Operand) ? number(b, a) : vec[name](a, b);
  };
}

export const min: Rule = extreme("min");
export const max: Rule = extreme("max");

/** Makes a rule for an operation on floats. */
function onFloats(name: "floor" | "ceil" | "nearest" | "sqrt"): Rule {
  return (e, [x]) => e.vec[name](x.value);
}

export const floor: Rule = onFloats("floor");
export const ceil: Rule = onFloats("ceil");
export const round: Rule = onFloats("nearest");
export const sqrt: Rule = onFloats("sqrt");
