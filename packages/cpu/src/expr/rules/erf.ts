import type { FloatType } from "@metrigrad/tensor";
import { type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";
import { expLanes } from "./exp.ts";
import { type Ratio, ratio } from "./ratio.ts";

/** How erf is approximated in a float type. */
interface Approximation {
  /** The end of the range of `near`. */
  readonly edge: number;
  /** (erf(x) − x)/x in x². */
  readonly near: Ratio;
  /** The result is ±1 from here on. */
  readonly end: number;
  /** 1 − erf t for t from the edge to the end. */
  readonly complement: (e: Emitter, t: V128) => V128;
}

/** Minimax polynomials by N. Juffa. The outer one is of (log(1 − erf t) + t)/t in t. */
const outer = [
  -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1,
  -1.28717512e-1,
];
const single: Approximation = {
  edge: 0.927734375,
  near: {
    over: [
      -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1,
    ],
  },
  end: 4,
  complement: (e, t) => {
    const { vec } = e;
    return expLanes(e, e.let(vec.sub(vec.mul(e.polynomial(t, outer), t), t)));
  },
};

/**
 * The approximation near 0 is that of fdlibm's s_erf. Beyond it, e^(t²)(1 − erf t) is that of W. J. Cody, Math. Comp.
 * 23 (1969), 631–637, whose error between 4 and 6 does not show beside 1.
 */
const tail: Ratio = {
  over: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163,
    298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  under: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903,
    3290.7992357334597, 4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
};
const double: Approximation = {
  edge: 0.84375,
  near: {
    over: [
      -2.3763016656650163e-5, -5.770270296489442e-3, -2.848174957559851e-2, -3.250421072470015e-1,
      1.2837916709551256e-1,
    ],
    under: [
      -3.960228278775368e-6, 1.3249473800432164e-4, 5.081306281875766e-3, 6.50222499887673e-2,
      3.9791722395915535e-1, 1,
    ],
  },
  end: 6,
  complement: (e, t) => {
    const { vec } = e;
    const gauss = expLanes(e, e.let(vec.mul(vec.neg(t), t)));
    return vec.mul(gauss, ratio(e, t, tail));
  },
};

const approximations: Readonly<Record<FloatType, Approximation>> = { f32: single, f64: double };

/** Computes erf x with a relative error below 3e-7, in float64 below 5e-16. */
export const erf: Rule = (e, [x]) => {
  const { vec } = e;
  const { edge, near, end, complement } = approximations[e.floats.type];
  const a = x.value;
  const inside = e.madd(ratio(e, e.let(vec.mul(a, a)), near), a, a);
  // pmin passes NaN on.
  const t = e.let(vec.pmin(vec.abs(a), e.float(end)));
  const size = vec.sub(e.float(1), complement(e, t));
  const outside = v128.or(size, v128.and(a, e.signs));
  return e.select(vec.gt(t, e.float(edge)), outside, inside);
};
