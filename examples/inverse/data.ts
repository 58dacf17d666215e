import { uniformStream } from "metrigrad";

/** σ of the measurements. */
export const noise = 0.02;

/** κ that the measurements come from. */
export const truth = 0.25;

/** Measurements y = exp(−κπ²t) sin πx + noise of u at n random points (x, t) of the unit square. */
export function measured(n: number, seed: number) {
  const stream = uniformStream({ seed, path: "inverse/data" });
  const x = Array.from({ length: n }, (_, k): [x: number, t: number] => [
    stream.uniform(2 * k),
    stream.uniform(2 * k + 1),
  ]);
  const errors = uniformStream({ seed, path: "inverse/noise" });
  const y = x.map((at, k) => [solution(at, truth) + noise * errors.normal(k)]);
  return { x, y };
}

/**
 * The standard deviation of the best estimate of κ when the equation and its boundary values hold exactly: the root of the inverse
 * Fisher information σ²/Σ(∂u/∂κ)² (the bound of Cramér and Rao).
 */
export function leastDeviation(x: readonly Place[]): number {
  const slopes = x.map((at) => -(Math.PI ** 2) * at[1] * solution(at, truth));
  return noise / Math.sqrt(slopes.reduce((total, slope) => total + slope ** 2, 0));
}

type Place = readonly [x: number, t: number];

function solution([x, t]: Place, kappa: number): number {
  return Math.exp(-kappa * Math.PI ** 2 * t) * Math.sin(Math.PI * x);
}
