import { add, less, maximum, minimum, mul, type Node, type Update, where } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { acceptedOf } from "../core/accepted.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import { dampingFactor } from "./adapt.ts";

/**
 * Settings of damping that follows a line search; each but `by` has a default.
 *
 * @category Optimizers: natural gradients
 */
export interface LengthAdaptSettings {
  /** The measure that the damping follows: the length that a line search takes, `"length"`. */
  readonly by: "length";
  /** The factor of the damping after a step that was long enough, in (0, 1]; 0.2 by default. */
  readonly lower?: number;
  /** The factor of the damping after a step that was too short, at least 1; 10 by default. */
  readonly higher?: number;
  /** The least length that is long enough, in steps before the search; 0.03 by default. */
  readonly enough?: number;
  /** The least product of these factors, at most 1; 1e-15 by default. The product begins with 1. */
  readonly least?: number;
  /** The largest product of these factors, at least 1; 1e9 by default. */
  readonly most?: number;
}

/** Returns the settings with their defaults, checked. Throws GraphError. */
export function fullLengthAdapt(
  where: string,
  settings: LengthAdaptSettings,
): Required<LengthAdaptSettings> {
  const door = `${where}, adapt by length`;
  checkKnown(door, settings, ["by", "lower", "higher", "enough", "least", "most"]);
  const { lower = 0.2, higher = 10, enough = 0.03, least = 1e-15, most = 1e9 } = settings;
  checkSettings(
    door,
    { lower, higher, enough, least, most },
    {
      lower: [Number.EPSILON, 1],
      higher: [1, Number.MAX_VALUE],
      enough: [0, Number.MAX_VALUE],
      least: [Number.MIN_VALUE, 1],
      most: [1, Number.MAX_VALUE],
    },
  );
  return { by: "length", lower, higher, enough, least, most };
}

/**
 * Keeps the damping as small as the line search allows.
 *
 * The factor falls after every step of which the search takes enough, and rises after any other. The predicted change
 * does not matter. Next to a valley the full step is much too long. A short step along the undamped direction still
 * does more than a step that is damped until it fits.
 */
export function adaptByLength(settings: Required<LengthAdaptSettings>, context: OptimizerContext) {
  const { lower, enough, least } = settings;
  return (step: ChainStep): ChainStep => {
    if (step.length === null) throw noSearch();
    const factor = dampingFactor(context);
    const accepted = acceptedOf(step);
    const taken = accepted === null ? step.length : where(accepted, step.length, 0);
    const next = where(
      less(taken, enough),
      higherByLength(settings, context),
      maximum(mul(factor, lower), least),
    );
    const update: Update = [factor, next];
    const quantity = { name: "dampingFactor", value: () => add(factor, 0), costly: false };
    const { quantities, blocks } = step.report;
    return {
      ...step,
      always: [...step.always, update],
      report: { blocks, quantities: [...quantities, quantity] },
    };
  };
}

/** Returns the factor after a step that is too short. */
export function higherByLength(
  { higher, most }: Required<LengthAdaptSettings>,
  context: OptimizerContext,
): Node {
  return minimum(mul(dampingFactor(context), higher), most);
}

function noSearch(): GraphError {
  return new GraphError({
    where: "adapt by length",
    must: "a line search must be in the chain",
    got: "none",
    todo: "put lineSearch() behind precondition, or adapt by the reduction ratio: adapt: {}",
  });
}
