import { MetricError } from "@metrigrad/tensor";

/** When to stop, and what to add. */
export interface ProductSolveSettings {
  /** The damping λ ≥ 0. */
  readonly shift: number;
  /** The largest ‖v − (g + λI)x‖/‖v‖. */
  readonly tolerance: number;
  /** The most products with g. */
  readonly iterations: number;
}

/**
 * Returns (g + λI)⁻¹v for a positive definite g + λI, by products with g only (Hestenes and Stiefel 1952).
 *
 * Throws MetricError for a direction without positive curvature, and if the tolerance is not reached.
 */
export async function solveByProducts(
  where: string,
  product: (v: Float64Array) => Promise<Float64Array>,
  v: Float64Array,
  { shift, tolerance, iterations }: ProductSolveSettings,
): Promise<Float64Array> {
  const x = new Float64Array(v.length);
  const residual = Float64Array.from(v);
  const direction = Float64Array.from(v);
  const enough = tolerance ** 2 * squared(v);
  let left = squared(residual);
  for (let step = 0; step < iterations && left > enough; step++) {
    const moved = await product(direction);
    moved.forEach((value, i) => {
      moved[i] = value + shift * (direction[i] as number);
    });
    const curvature = dot(direction, moved);
    if (!(curvature > 0)) throw curved(where, curvature / squared(direction));
    const rate = left / curvature;
    for (let i = 0; i < x.length; i++) {
      x[i] = (x[i] as number) + rate * (direction[i] as number);
      residual[i] = (residual[i] as number) - rate * (moved[i] as number);
    }
    const next = squared(residual);
    for (let i = 0; i < x.length; i++) {
      direction[i] = (residual[i] as number) + (next / left) * (direction[i] as number);
    }
    left = next;
  }
  if (left <= enough) return x;
  throw slow(where, Math.sqrt(left / squared(v)), tolerance, iterations);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function squared(a: Float64Array): number {
  return dot(a, a);
}

function curved(where: string, curvature: number): MetricError {
  return new MetricError({
    where,
    must: "conjugate gradients need a positive definite matrix",
    got: `a direction of curvature ${curvature.toExponential(1)}`,
    todo: 'pass more damping, such as { absolute: 1 }, or { method: "direct" }',
  });
}

function slow(where: string, left: number, tolerance: number, iterations: number): MetricError {
  return new MetricError({
    where,
    must: `conjugate gradients must reach the tolerance ${tolerance} in ${iterations} iterations`,
    got: `a relative residual of ${left.toExponential(1)}`,
    todo: "pass more damping, more iterations or a larger tolerance",
  });
}
