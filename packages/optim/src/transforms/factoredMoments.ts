import {
  add,
  div,
  exp,
  log,
  maximum,
  mean,
  mul,
  type Node,
  rsqrt,
  sqrt,
  square,
  sub,
  type Update,
  type Variable,
} from "@metrigrad/graph";
import type { OptimizerContext } from "../core/optimizer.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/** Settings of the factored second moment. */
export interface FactoredMoments {
  /** The exponent c of β₂ = 1 − t^{−c}. */
  readonly decay: number;
  /** The number ε₁ that is added to squares. */
  readonly epsilon: number;
  /** The largest root mean square d of a direction. */
  readonly clip: number;
}

/**
 * Makes a transform that divides by the root of a factored second moment (Shazeer and Stern 2018, arXiv 1804.04235,
 * algorithms 4 and 5).
 *
 * u ← u/√v̂ with v̂ = rc'/mean(r). r and c are the means of u² over columns and rows of a matrix. Then u ← u/max(1,
 * RMS(u)/d). Of a tensor the last two axes are factored. A vector has a v̂ of its own.
 */
export function factoredMoments(settings: FactoredMoments): Transform {
  const { decay, epsilon, clip } = settings;
  return Object.freeze({
    name: "factoredMoments",
    settings: { ...settings },
    transform: (step, context) => {
      const rest = exp(mul(log(add(context.step, 1)), -decay));
      const updates: Update[] = [];
      const averaged = (kept: Variable, value: Node): Node => {
        const next = add(mul(kept, sub(1, rest)), mul(value, rest));
        updates.push([kept, next]);
        return next;
      };
      const scaled = mapDirections(step, (u, variable) => {
        const squares = add(square(u), epsilon);
        const divided = mul(u, inverseRoot(variable, squares, averaged, context));
        const size = sqrt(mean(square(divided)));
        return div(divided, maximum(1, mul(size, 1 / clip)));
      });
      return { ...scaled, updates: [...step.updates, ...updates] };
    },
  } satisfies Transform);
}

/** Returns 1/√v̂, as one value or as the product of a factor for rows and one for columns. */
function inverseRoot(
  variable: Variable,
  squares: Node,
  averaged: (kept: Variable, value: Node) => Node,
  { slot }: OptimizerContext,
): Node {
  const { shape } = variable;
  const axes = shape.length;
  if (axes < 2) return rsqrt(averaged(slot(variable, "squares"), squares));
  const meanOver = (axis: number) => mean(squares, { axis, keepDims: true });
  const kept = (name: string, axis: number) =>
    slot(variable, name, { shape: shape.map((size, at) => (at === axis ? 1 : size)) });
  const rows = averaged(kept("rows", axes - 1), meanOver(axes - 1));
  const columns = averaged(kept("columns", axes - 2), meanOver(axes - 2));
  const relative = div(rows, mean(rows, { axis: axes - 2, keepDims: true }));
  return mul(rsqrt(relative), rsqrt(columns));
}
