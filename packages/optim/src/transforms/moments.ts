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

/**
 * Settings of ADAM's {@link moments}.
 *
 * @category Optimizers: combining
 */
export interface MomentSettings {
  /** The decay β₁ of the mean of gradients, in [0, 1); 0.9 by default. */
  readonly beta1?: number;
  /** The decay β₂ of the mean of squared gradients, in [0, 1); 0.999 by default. */
  readonly beta2?: number;
  /** The number ε ≥ 0 that is added to the root of the second moment; 1e-8 by default. */
  readonly epsilon?: number;
}

/** The names of the settings. */
export const momentNames = ["beta1", "beta2", "epsilon"] as const;

/** The largest β. At 1 the bias corrections 1 − βᵗ would be 0. */
const largestBeta = 1 - Number.EPSILON;

/** Returns the settings of moments with their defaults, checked. Throws GraphError. */
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
 * A direction below this share of ε counts as 0; its step would be less than this share of γ. Otherwise a parameter
 * that only L2 acts on shrinks until its values and their squares are denormals in float32, on which some processors
 * are many times slower.
 */
const seen = 2 ** -30;

/** A direction and its running means after this step. */
interface Moments {
  readonly u: Node;
  readonly mean: Node;
  /** The running mean of u². */
  readonly squares: Node;
}

/**
 * Returns the step with directions that follow from m ← β₁m + (1−β₁)u and v ← β₂v + (1−β₂)u². A |u| < 2⁻³⁰ε counts as
 * 0.
 */
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
 * Makes a link of a {@link chain} with ADAM's moments: m ← β₁m + (1−β₁)u, v ← β₂v + (1−β₂)u², u ← m̂/(√v̂ + ε).
 *
 * m̂ and v̂ are corrected for the bias of the first steps (Kingma and Ba 2015, algorithm 1). A |u| < 2⁻³⁰ε counts as
 * 0.
 *
 * @param settings - Decays of the moments, and ε.
 * @returns The transform.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers: combining
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
