import { predict, type Store } from "metrigrad";
import type { sparseProcess } from "./gpclassifier.ts";
import { moons } from "./moons.ts";

/** Points z and weights of means over N(0, 1): the trapezoid rule, exact to rounding for smooth functions. */
export const rule = (() => {
  const points = Array.from({ length: 25 }, (_, k) => -6 + 0.5 * k);
  const weights = points.map((z) => (0.5 * Math.exp(-0.5 * z ** 2)) / Math.sqrt(2 * Math.PI));
  return { points, weights };
})();

/** The probability of a label, 1 or −1, where f ~ N(mean, variance). */
export function probability(label: number, mean: number, variance: number): number {
  const deviation = Math.sqrt(Math.max(variance, 0));
  return rule.points.reduce((total, z, k) => {
    const f = mean + deviation * z;
    return total + (rule.weights[k] as number) / (1 + Math.exp(-label * f));
  }, 0);
}

/** How well points are told apart that were not trained on. */
export async function quality(model: ReturnType<typeof sparseProcess>, store: Store, seed: number) {
  const { x, y } = moons({ rows: 200, seed: seed + 1000 });
  const { mean, variance } = await predict(model, store, x);
  const [means, variances, labels] = [mean.data(), variance.data(), y.data()];
  const chances = Array.from(labels, (label, i) =>
    probability(label, means[i] as number, variances[i] as number),
  );
  return {
    accuracy: chances.filter((p) => p > 0.5).length / labels.length,
    cost: chances.reduce((total, p) => total - Math.log(p), 0) / labels.length,
  };
}
