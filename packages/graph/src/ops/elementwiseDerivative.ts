import { derivative, literal } from "@metrigrad/tensor";
import { elementwise, type Unary } from "./elementwise.ts";
import { pointwiseOp } from "./pointwise.ts";

const made = new WeakMap<Unary, Unary>();

/** f' of an element-wise op of one value, as such an op itself. */
export function elementwiseDerivative(f: Unary): Unary {
  const known = made.get(f);
  if (known !== undefined) return known;
  const slope = derivative(f.expr, 0) ?? literal(0);
  const op: Unary = elementwise(pointwiseOp(`${f.op.name}'`, 1, () => slope));
  made.set(f, op);
  return op;
}
