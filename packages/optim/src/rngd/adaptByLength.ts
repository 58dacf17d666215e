import { add, less, maximum, minimum, mul, type Node, type Update, where } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { acceptedOf } from "../core/accepted.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import { dampingFactor } from "./adapt.ts";

/** How the damping follows a line search; each has a default. */
export interface LengthAdaptSettings {
  readonly by: "length";
  /** What the factor is multiplied with after a step that was long enough; 0.2 by default. */
  readonly lower?: number;
  /** What it is multiplied with after one that was not; 10 by default. */
  readonly higher?: number;
  /** The least length that is long enough, in steps before the search; 0.03 by default. */
  readonly enough?: number;
  /** Bounds of the factor of all damping, which begins with 1; 1e-15 and 1e9 by default. */
  readonly least?: number;
  readonly most?: number;
}

/** Settings with nothing left open, checked. Throws GraphError. */
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
 * Damping as small as the line search allows: the factor falls after every step of which the search takes enough, and rises
 * where it takes less or nothing. What is predicted does not matter: next to a valley the full step is much too long, and
 * a short one along the undamped direction still does more than one that is damped until it fits.
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

/** The factor after a step that is too short. */
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
