import {
  abs,
  add,
  div,
  exp,
  less,
  mul,
  type Node,
  sqrt,
  square,
  sub,
  type Update,
  where,
} from "@metrigrad/graph";
import type { OptimizerContext } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { type ChainStep, mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/** Settings of ADAM's moments. */
export interface MomentSettings {
  /** Decay of the mean of gradients; 0.9 by default. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; 0.999 by default. */
  readonly beta2?: number;
  /** Added to the root of the second moment; 1e-8 by default. */
  readonly epsilon?: number;
}

/** Names of the settings. */
export const momentNames = ["beta1", "beta2", "epsilon"] as const;

/** Below 1, where the bias corrections 1 − βᵗ would be 0. */
const largestBeta = 1 - Number.EPSILON;

/** Moments' settings with nothing left open, checked. Throws GraphError. */
export function momentSettings(where: string, given: MomentSettings): Required<MomentSettings> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = given;
  checkSettings(
    where,
    { beta1, beta2, epsilon },
    { beta1: [0, largestBeta], beta2: [0, largestBeta], epsilon: [0, Number.MAX_VALUE] },
  );
  return { beta1, beta2, epsilon };
}

/**
 * Directions below this share of ε, whose steps would be less than this share of γ, count as 0: else what L2 alone
 * acts on shrinks until it and its squares are denormals in float32, on which some processors are many
 * times slower.
 */
const seen = 2 ** -30;

/** A direction beside its running means after this step. */
interface Moments {
  readonly u: Node;
  readonly mean: Node;
  /** Of u². */
  readonly squares: Node;
}

/** A step whose directions follow from m ← β₁m + (1−β₁)u and v ← β₂v + (1−β₂)u²; |u| < 2⁻³⁰ε counts as 0. */
export function byMoments(
  step: ChainStep,
  { slot }: OptimizerContext,
  { beta1, beta2, epsilon }: Required<MomentSettings>,
  directionOf: (moments: Moments) => Node,
): ChainStep {
  const updates: Update[] = [];
  const adapted = mapDirections(step, (direction, variable) => {
    const u = where(less(abs(direction), seen * epsilon), 0, direction);
    const [kept, keptSquares] = [slot(variable, "mean"), slot(variable, "squares")];
    const mean = add(mul(kept, beta1), mul(u, 1 - beta1));
    const squares = add(mul(keptSquares, beta2), mul(square(u), 1 - beta2));
    updates.push([kept, mean], [keptSquares, squares]);
    return directionOf({ u, mean, squares });
  });
  return { ...adapted, updates: [...step.updates, ...updates] };
}

/**
 * m ← β₁m + (1−β₁)u, v ← β₂v + (1−β₂)u², u ← m̂/(√v̂ + ε) with bias corrections (Kingma and Ba 2015,
 * algorithm 1); |u| < 2⁻³⁰ε counts as 0. Throws GraphError for settings out of range.
 */
export function moments(settings: MomentSettings = {}): Transform {
  checkKnown("moments", settings, momentNames);
  const own = momentSettings("moments", settings);
  const { beta1, beta2, epsilon } = own;
  return Object.freeze({
    name: "moments",
    settings: { beta1, beta2, epsilon },
    transform: (step, context) => {
      const count = add(context.step, 1);
      const correction = (beta: number): Node => sub(1, exp(mul(count, Math.log(beta))));
      const first = div(1, correction(beta1));
      const second = div(1, sqrt(correction(beta2)));
      return byMoments(step, context, own, ({ mean, squares }) =>
        mul(first, div(mean, add(mul(sqrt(squares), second), epsilon))),
      );
    },
  } satisfies Transform);
}
