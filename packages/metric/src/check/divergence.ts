import type { Density } from "./density.ts";
import type { Ensemble } from "./outcomes.ts";

/**
 * lim KL(p_θ ‖ p_θ+εδ)·2/ε² along δ, averaged over the rows: even differences at ε and ε/2, extrapolated,
 * with an error of order ε⁴.
 */
export async function divergenceRate(
  density: Density,
  { weight }: Ensemble,
  delta: Float64Array,
  epsilon = 1e-2,
): Promise<number> {
  const logs = await density.logProb(null);
  const divergence = async (step: number) => {
    const moved = await density.logProb(delta.map((value) => step * value));
    const total = logs.reduce((sum, log, i) => {
      return sum + (weight[i] as number) * Math.exp(log) * (log - (moved[i] as number));
    }, 0);
    return total / density.rows;
  };
  const rate = async (step: number) =>
    ((await divergence(step)) + (await divergence(-step))) / step ** 2;
  return (4 * (await rate(epsilon / 2)) - (await rate(epsilon))) / 3;
}
