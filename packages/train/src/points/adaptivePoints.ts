import { add, clip, div, gather, log, mean, neg, pow, topK, uniform } from "@metrigrad/graph";
import { checkNames, GraphError } from "@metrigrad/tensor";
import { checkCount, isSampler, type PointSampler, samplerOf } from "./sampler.ts";

/** How points follow the residual. */
export interface AdaptiveOptions {
  /** Draws the points to choose from, at least as many as are chosen. */
  readonly pool: PointSampler;
  /** k: how strongly large residuals are preferred; 1 by default. */
  readonly power?: number;
  /** c: the share of points that do not look at the residual grows with it; 1 by default. */
  readonly offset?: number;
}

/**
 * Points where the residual is large: n of a pool, without repetition, with probabilities ∝ |r|ᵏ/mean(|r|ᵏ) + c (residual-based
 * adaptive distribution: Wu, Zhu, Tan, Kartha and Lu 2023, arXiv 2207.10289). They are drawn on the device, by the n largest of
 * ln p − ln(−ln u) (Gumbel 1954; Kool, van Hoof and Welling 2019). Every renewal, which the `resample` of the part asks for,
 * draws the pool anew. The loss of the part is then a mean over these points, not over the domain.
 *
 * @param n - How many.
 * @param options - The pool, k and c.
 * @returns A sampler of [n, d], for the points of a part that has a residual.
 * @throws GraphError for an n that is no count, a pool that has fewer points, and a k or c that is negative
 * @example
 * ```ts
 * const at = adaptivePoints(900, { pool: sobolPoints(8192, box) });
 * responses({ interior: { at, resample: 50, of: (u, x) => add(laplacian(u, x), f(x)) } });
 * ```
 */
export function adaptivePoints(n: number, options: AdaptiveOptions): PointSampler {
  const where = "adaptivePoints";
  checkCount(where, n);
  checkNames(where, options, ["pool", "power", "offset"], GraphError);
  const { pool, power = 1, offset = 1 } = options;
  if (!isSampler(pool) || pool.shape[0] < n) {
    const got = isSampler(pool) ? `${pool.shape[0]}` : String(pool);
    throw refused(`pool must be a sampler of at least ${n} points`, got);
  }
  for (const [name, value] of Object.entries({ power, offset })) {
    if (!(value >= 0 && Number.isFinite(value)))
      throw refused(`${name} must be a finite number ≥ 0`, String(value));
  }
  return samplerOf(where, [n, pool.shape[1]], true, ({ key, state, residual }) => {
    if (residual === null) {
      throw refused("it must be all of `at` in a part that has a residual and no law", "another");
    }
    const candidates = pool.draw({ key: `${key}/pool`, state, residual });
    const size = pow(residual(candidates), power);
    const odds = add(div(size, add(mean(size), tiny)), offset);
    // The least u that is drawn is 0, where ln has no value.
    const u = clip(uniform([pool.shape[0]], { key: `${key}/choice`, state }), 2 ** -25, 1);
    const gumbel = neg(log(neg(log(u))));
    const { indices } = topK(add(log(add(odds, tiny)), gumbel), n);
    return gather(candidates, indices);
  });
}

/** Keeps quotients finite where all residuals are 0. */
const tiny = 1e-30;

function refused(must: string, got: string): GraphError {
  const todo = "pass for example (900, { pool: uniformPoints(8000, box), power: 1, offset: 1 })";
  return new GraphError({ where: "adaptivePoints", must, got, todo });
}
