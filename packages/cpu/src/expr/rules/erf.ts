import { f32x4, v128 } from "../../wasm/index.ts";
import type { Rule } from "../emitter.ts";
import { expLanes } from "./exp.ts";

/** (erf(x) − x)/x in x², for |x| ≤ 0.9277. */
const inner = [
  -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1,
];
/** (log(1 − erf t) + t)/t in t, beyond. */
const outer = [
  -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1,
  -1.28717512e-1,
];

/** Relative error below 3e-7; minimax polynomials by N. Juffa. */
export const erf: Rule = (e, [x]) => {
  const a = x.value;
  const near = e.madd(e.polynomial(e.let(f32x4.mul(a, a)), inner), a, a);
  // Beyond 4 the result is ±1 in float32; pmin lets NaN through.
  const t = e.let(f32x4.pmin(f32x4.abs(a), e.float(4)));
  const exponent = f32x4.sub(f32x4.mul(e.polynomial(t, outer), t), t);
  const size = f32x4.sub(e.float(1), expLanes(e, e.let(exponent)));
  const far = v128.or(size, v128.and(a, e.bits(0x80000000)));
  return e.select(f32x4.gt(t, e.float(0.927734375)), far, near);
};
