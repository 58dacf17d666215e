import {
  add,
  div,
  exp,
  greater,
  maximum,
  mul,
  type Node,
  sqrt,
  sub,
  where,
} from "@metrigrad/graph";
import type { Transform } from "../core/transform.ts";
import { byMoments, type MomentSettings } from "./moments.ts";

/** The second moment is used only above this length of its average, as in the authors' code and in PyTorch's. */
const least = 5;

/**
 * Makes a transform with ADAM's moments in which the variance of the second one is rectified (Liu et al. 2020, arXiv
 * 1908.03265, algorithm 2).
 *
 * u ← r_t m̂/(√v̂ + ε) if the average of v is long enough, ρ_t = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ) > 5, and otherwise u ← m̂. ε is
 * added before v is corrected.
 */
export function rectifiedMoments(settings: Required<MomentSettings>): Transform {
  const { beta1, beta2, epsilon } = settings;
  const longest = 2 / (1 - beta2) - 1;
  return Object.freeze({
    name: "rectifiedMoments",
    settings: { ...settings },
    transform: (step, context) => {
      const count = add(context.step, 1);
      const power = (beta: number): Node => exp(mul(count, Math.log(beta)));
      const rest = sub(1, power(beta2));
      const first = div(1, sub(1, power(beta1)));
      const length = sub(longest, mul(2, div(mul(count, power(beta2)), rest)));
      const isLong = greater(length, least);
      // The root must be of a positive number even where its result is not used.
      const known = maximum(length, least);
      const rectified = sqrt(
        mul(
          mul(sub(known, 4), sub(known, 2)),
          div(longest / ((longest - 4) * (longest - 2)), known),
        ),
      );
      const factor = mul(rectified, sqrt(rest));
      return byMoments(step, context, settings, ({ mean, squares }) => {
        const scaled = where(isLong, div(factor, add(sqrt(squares), epsilon)), 1);
        return mul(mul(first, mean), scaled);
      });
    },
  } satisfies Transform);
}
