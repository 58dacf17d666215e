import type { Definition } from "./definition.ts";
import { densityOf, type Response } from "./density.ts";
import { divergenceRate } from "./divergence.ts";
import type { Ensemble } from "./outcomes.ts";
import { axesOf } from "./point.ts";

/** Expectations over outcomes with their probabilities, scores by finite differences of ln p. */
export async function byEnsemble(response: Response, ensemble: Ensemble): Promise<Definition> {
  const { point, samples } = response;
  const density = await densityOf(response, ensemble);
  const { rows } = density;
  const logs = await density.logProb(null);
  const p = logs.map((log, i) => (ensemble.weight[i] as number) * Math.exp(log));
  const products = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, score, i) => sum + (p[i] as number) * score * (b[i] as number), 0) / samples;

  const scores = await density.scores(axesOf(point.size));
  const size = Math.max(...scores.map((score) => products(score, score)), Number.MIN_VALUE);
  const mass = p.reduce((sum, value) => sum + value, 0) / rows;
  let meanScore = 0;
  for (const score of scores) {
    const means = new Float64Array(rows);
    score.forEach((value, i) => {
      means[i % rows] = (means[i % rows] as number) + (p[i] as number) * value;
    });
    meanScore = Math.max(meanScore, ...means.map(Math.abs));
  }
  const divergence = async (delta: Float64Array) => {
    const moved = await density.logProb(delta);
    const total = logs.reduce((sum, log, i) => {
      return sum + (p[i] as number) * (log - (moved[i] as number));
    }, 0);
    return total / samples;
  };
  return {
    name: ensemble.name,
    defect: Math.max(Math.abs(mass - 1), meanScore / Math.sqrt(size)),
    fisher: async (directions) => {
      const along = directions === null ? scores : await density.scores(directions);
      return Float64Array.from(along.flatMap((a) => along.map((b) => products(a, b))));
    },
    divergence: (delta) => divergenceRate(divergence, delta),
    close: () => density.close(),
  };
}
