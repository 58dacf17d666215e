import { add, clip, div, gather, log, mean, neg, pow, topK, uniform } from "@metrigrad/graph";
import { checkNames, GraphError } from "@metrigrad/tensor";
import { checkCount, isSampler, type PointSampler, samplerOf } from "./sampler.ts";

/**
 * Options of {@link adaptivePoints}.
 *
 * @category Residuals and differential equations
 */
export interface AdaptiveOptions {
  /** The sampler of the points to choose from. It must draw at least as many points as are chosen. */
  readonly pool: PointSampler;
  /** The exponent k: a larger one prefers large residuals more strongly; 1 by default. */
  readonly power?: number;
  /** The constant c: a larger one chooses more points without regard to the residual; 1 by default. */
  readonly offset?: number;
}

/**
 * Makes a sampler that chooses points where the residual r of a part is large.
 *
 * It chooses n points of a pool without repetition, with probabilities ∝ |r|ᵏ/mean(|r|ᵏ) + c (residual-based adaptive
 * distribution: Wu, Zhu, Tan, Kartha and Lu 2023, arXiv 2207.10289). The device chooses them by the n largest of ln p
 * − ln(−ln u), where p are the probabilities and u are uniform draws (Gumbel 1954; Kool, van Hoof and Welling 2019).
 *
 * Each time that the `resample` of the part asks for new points, the pool is drawn anew. The loss of the part is then
 * a mean over the chosen points, not over the domain.
 *
 * @param n - The number of points.
 * @param options - The pool, k and c.
 * @returns A sampler of points [n, d], for the `at` of a part that has a residual.
 * @throws {@link GraphError} if n is not a positive integer, if the pool has fewer than n points, or if k or c is
 *   negative. Also, when it draws, if the points are not all of `at`, or if the part has a law.
 * @example
 * ```ts
 * const at = adaptivePoints(900, { pool: sobolPoints(8192, box) });
 * responses({ interior: { at, resample: 50, of: (u, x) => add(laplacian(u, x), f(x)) } });
 * ```
 * @category Residuals and differential equations
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
    // A draw u may be 0, where ln has no value.
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
