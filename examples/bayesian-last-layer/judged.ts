import { type Tensor, tensor } from "metrigrad";
import { moons } from "../gpclassifier/moons.ts";

type Numbers = ArrayLike<number>;

/** How sure a network is near its data and far from them, with its weights alone and with their posterior. */
export async function judged(
  logits: (points: Tensor) => Promise<Numbers>,
  variances: (points: Tensor) => Promise<Numbers>,
  seed: number,
) {
  const { x, y } = moons({ rows: 400, seed: seed + 1 });
  const signs = y.data();
  const far = tensor(
    Array.from({ length: 64 }, (_, k) => {
      const angle = (2 * Math.PI * k) / 64;
      return [15 * Math.cos(angle), 15 * Math.sin(angle)];
    }),
  );
  const near = { means: await logits(x), spread: await variances(x) };
  const away = { means: await logits(far), spread: await variances(far) };
  const sureness = ({ means, spread }: typeof near, bayes: boolean) => {
    const each = Array.from(means, (mean, i) => probability(mean, bayes ? (spread[i] ?? 0) : 0));
    return each.reduce((sum, p) => sum + Math.max(p, 1 - p), 0) / each.length;
  };
  const cost = (bayes: boolean) =>
    Array.from(near.means, (mean, i) => {
      const p = probability(mean, bayes ? (near.spread[i] ?? 0) : 0);
      return -Math.log((signs[i] ?? 0) > 0 ? p : 1 - p);
    }).reduce((sum, one) => sum + one, 0) / signs.length;
  const right = Array.from(near.means).filter((mean, i) => mean > 0 === (signs[i] ?? 0) > 0);
  return {
    accuracy: right.length / signs.length,
    cost: cost(false),
    "cost with the posterior": cost(true),
    "sure near the data": sureness(near, false),
    "with the posterior": sureness(near, true),
    "sure far away": sureness(away, false),
    "far away with the posterior": sureness(away, true),
  };
}

/** E[sigm(f)] for f ~ N(mean, variance), up to a hundredth (MacKay 1992). */
export function probability(mean: number, variance: number): number {
  return 1 / (1 + Math.exp(-mean / Math.sqrt(1 + (Math.PI * variance) / 8)));
}
