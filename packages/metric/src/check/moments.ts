import type { Density } from "./density.ts";
import type { Ensemble } from "./outcomes.ts";

/** Expectations of a response over an ensemble, averaged over the rows. */
export interface Moments {
  /** Mean total probability of the rows. */
  readonly mass: number;
  /** Largest |E[score]| of a row. */
  readonly meanScore: number;
  /** (1/n) Σ_s E[score score'], [K, K]. */
  readonly fisher: Float64Array;
}

/** Mass, mean score and Fisher information under a density, scores by finite differences. */
export async function momentsOf(density: Density, { weight }: Ensemble): Promise<Moments> {
  const { size, rows } = density;
  const logs = await density.logProb(null);
  const p = logs.map((log, i) => (weight[i] as number) * Math.exp(log));
  const scores = await density.scores();
  const fisher = new Float64Array(size * size);
  let meanScore = 0;
  for (let k = 0; k < size; k++) {
    const a = scores[k] as Float64Array;
    const means = new Float64Array(rows);
    a.forEach((score, i) => {
      means[i % rows] = (means[i % rows] as number) + (p[i] as number) * score;
    });
    for (const mean of means) meanScore = Math.max(meanScore, Math.abs(mean));
    for (let l = 0; l < size; l++) {
      const b = scores[l] as Float64Array;
      const total = a.reduce(
        (sum, score, i) => sum + (p[i] as number) * score * (b[i] as number),
        0,
      );
      fisher[k * size + l] = total / rows;
    }
  }
  return { mass: p.reduce((sum, value) => sum + value, 0) / rows, meanScore, fisher };
}
