import type { Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { OptimizerContext } from "../core/optimizer.ts";
import type { ChainStep } from "../core/step.ts";
import {
  type AdaptSettings,
  adaptDamping,
  fullAdapt,
  higherByRatio,
  ratioRecord,
} from "./adapt.ts";
import {
  adaptByLength,
  fullLengthAdapt,
  higherByLength,
  type LengthAdaptSettings,
} from "./adaptByLength.ts";

/**
 * How the damping is adapted: by the reduction ratio, or by the length that a line search takes.
 *
 * @category Optimizers: natural gradients
 */
export type Adaptation = AdaptSettings | LengthAdaptSettings;

/** The same settings with all defaults filled in. */
export type FullAdaptation = Required<AdaptSettings> | Required<LengthAdaptSettings>;

/** Returns the settings with their defaults, checked. Throws GraphError. */
export function fullAdaptation(where: string, settings: Adaptation): FullAdaptation {
  const by: unknown = settings?.by;
  if (by !== undefined && by !== "ratio" && by !== "length") {
    throw new GraphError({
      where: `${where}, adapt`,
      must: 'by must be "ratio" or "length"',
      got: JSON.stringify(by),
      todo: 'leave it out for "ratio"',
    });
  }
  return settings?.by === "length" ? fullLengthAdapt(where, settings) : fullAdapt(where, settings);
}

/** Returns the settings as plain data for records. */
export function adaptationRecord(settings: Adaptation): Record<string, unknown> {
  return settings.by === "length"
    ? { ...fullLengthAdapt("adapt", settings) }
    : ratioRecord(settings);
}

/** Returns the change of a step at its end that adapts the damping. */
export function adapting(settings: FullAdaptation, context: OptimizerContext) {
  return (step: ChainStep): ChainStep =>
    settings.by === "length"
      ? adaptByLength(settings, context)(step)
      : adaptDamping(settings, context)(step);
}

/** Returns the factor after a rise. */
export function higherFactor(settings: FullAdaptation, context: OptimizerContext): Node {
  return settings.by === "length"
    ? higherByLength(settings, context)
    : higherByRatio(settings, context);
}
