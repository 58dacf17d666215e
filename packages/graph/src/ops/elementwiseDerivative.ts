import { derivative, literal } from "@metrigrad/tensor";
import { elementwise, type Unary } from "./elementwise.ts";
import { pointwiseOp } from "./pointwise.ts";

const made = new WeakMap<Unary, Unary>();

/**
 * Returns the derivative f′ of an element-wise op as an element-wise op.
 *
 * @param f - An op of one value.
 * @returns The op f′. Two calls with the same f return the same op.
 * @throws {@link ShapeError} if f does not take floats.
 * @category Graph: own ops
 */
export function elementwiseDerivative(f: Unary): Unary {
  const known = made.get(f);
  if (known !== undefined) return known;
  const slope = derivative(f.expr, 0) ?? literal(0);
  const op: Unary = elementwise(pointwiseOp(`${f.op.name}'`, 1, () => slope));
  made.set(f, op);
  return op;
}
