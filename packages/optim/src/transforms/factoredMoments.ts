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
  /** c of β₂ = 1 − t^{−c}. */
  readonly decay: number;
  /** ε₁, added to squares. */
  readonly epsilon: number;
  /** d: the largest root mean square of a direction. */
  readonly clip: number;
}

/**
 * u ← u/√v̂ with v̂ = rc'/mean(r) for the means r and c of u² over columns and rows of a matrix, then u ← u/max(1, RMS(u)/d)
 * (Shazeer and Stern 2018, arXiv 1804.04235, algorithms 4 and 5). Of tensors the last two axes are factored; vectors have v̂ of their own.
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

/** 1/√v̂, as one value or as the product of those of rows and of columns. */
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
