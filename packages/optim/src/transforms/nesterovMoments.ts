import { add, div, exp, mul, type Node, sqrt, sub, type Variable } from "@metrigrad/graph";
import type { Transform } from "../core/transform.ts";
import { byMoments, type MomentSettings } from "./moments.ts";

/** Settings of ADAM's moments with a mean that looks ahead. */
export interface NesterovMoments extends Required<MomentSettings> {
  /** The number ψ in μ_t = β₁(1 − ½·0.96^{ψt}). */
  readonly momentumDecay: number;
}

/**
 * Makes a transform with ADAM's moments in which the mean looks one step ahead (Dozat 2016, algorithm 8).
 *
 * u ← (μ_{t+1}m/(1 − Π_{i≤t+1}μ_i) + (1 − μ_t)u/(1 − Π_{i≤t}μ_i))/(√v̂ + ε).
 */
export function nesterovMoments(settings: NesterovMoments): Transform {
  const { beta1, beta2, epsilon, momentumDecay } = settings;
  return Object.freeze({
    name: "nesterovMoments",
    settings: { ...settings },
    transform: (step, context) => {
      const [first] = step.directions;
      if (first === undefined) return step;
      const count = add(context.step, 1);
      const meanAt = (t: Node): Node =>
        mul(beta1, sub(1, mul(0.5, exp(mul(t, momentumDecay * Math.log(0.96))))));
      const [now, next] = [meanAt(count), meanAt(add(count, 1))];
      // The slot keeps 1 − Π μ_i and not the product, because slots begin at 0.
      const rest: Variable = context.slot(first[0], "rest", { shape: [] });
      const product = mul(sub(1, rest), now);
      const ofMean = div(next, sub(1, mul(product, next)));
      const ofGradient = div(sub(1, now), sub(1, product));
      const second = div(1, sqrt(sub(1, exp(mul(count, Math.log(beta2))))));
      const adapted = byMoments(step, context, settings, ({ u, mean, squares }) => {
        const ahead = add(mul(ofMean, mean), mul(ofGradient, u));
        return div(ahead, add(mul(sqrt(squares), second), epsilon));
      });
      return { ...adapted, updates: [...adapted.updates, [rest, sub(1, product)]] };
    },
  } satisfies Transform);
}
