import { arg, call, type Expr, primitiveFns } from "@metrigrad/tensor";
import type { NodeLike } from "../core/like.ts";
import {
  type Binary,
  defElementwise,
  type Elementwise,
  elementwise,
  fromScalar,
  type Unary,
} from "./elementwise.ts";
import { pointwiseOp } from "./pointwise.ts";

/** x + y of one type, float or integer; integers wrap. */
export const add: Binary = fromScalar(primitiveFns.add);

/** x − y of one type, float or integer; integers wrap. */
export const sub: Binary = fromScalar(primitiveFns.sub);

/** x·y of one type, float or integer, element by element; integers wrap. */
export const mul: Binary = fromScalar(primitiveFns.mul);

/** x / y of one type, float or integer; integers truncate, and a zero divisor gives 0. */
export const div: Binary = fromScalar(primitiveFns.div);

/** 1/x. */
export const reciprocal: Unary = defElementwise({ name: "reciprocal", f: "1/x" });

/** −x of floats or i32. */
export const neg: Unary = fromScalar(primitiveFns.neg);

/** |x| of floats or i32; derivative sign(x), 0 at 0. */
export const abs: Unary = fromScalar(primitiveFns.abs);

/** −1, 0 or 1 by the sign of a float or i32; NaN stays NaN; no derivative. */
export const sign: Unary = fromScalar(primitiveFns.sign);

/** The smaller of x and y; NaN if either is NaN. A tie passes half the derivative to each. */
export const minimum: Binary = fromScalar(primitiveFns.min, "minimum");

/** The larger of x and y; NaN if either is NaN. A tie passes half the derivative to each. */
export const maximum: Binary = fromScalar(primitiveFns.max, "maximum");

/** x brought into [low, high]; the derivative is 1 inside and on the bounds, and NaN stays NaN. */
export const clip: Elementwise<[x: NodeLike, low: NodeLike, high: NodeLike]> = elementwise(
  pointwiseOp("clip", 3, (types) => {
    const { gt, lt, select } = primitiveFns;
    const [x, low, high] = types.map((type, index) => arg(index, type)) as [Expr, Expr, Expr];
    const above = call(select, call(gt, x, high), high, x);
    return call(select, call(lt, x, low), low, above);
  }),
);
