import type { Matrix } from "ml-matrix";

/**
 * The largest deviation of the mean product of scores from g [K, K], in standard errors over the draws.
 * Scores are [n·draws, K], those of one of the n samples together.
 */
export function deviation(scores: Matrix, n: number, draws: number, g: Matrix): number {
  const columns = Array.from({ length: g.rows }, (_, k) => Float64Array.from(scores.getColumn(k)));
  let worst = 0;
  for (const [k, one] of columns.entries()) {
    for (const [l, other] of columns.slice(0, k + 1).entries()) {
      const means = Float64Array.from({ length: draws }, (_, q) => {
        let total = 0;
        for (let s = q; s < n * draws; s += draws)
          total += (one[s] as number) * (other[s] as number);
        return total / n;
      });
      const mean = means.reduce((sum, value) => sum + value, 0) / draws;
      const spread = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
      worst = Math.max(worst, Math.abs(mean - g.get(k, l)) / Math.sqrt(spread / draws));
    }
  }
  return worst;
}
