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

/** How the damping is adapted: by the reduction ratio, or by the length that a line search takes. */
export type Adaptation = AdaptSettings | LengthAdaptSettings;

/** The same with nothing left open. */
export type FullAdaptation = Required<AdaptSettings> | Required<LengthAdaptSettings>;

/** Settings with nothing left open, checked. Throws GraphError. */
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

/** The settings as plain data, for records. */
export function adaptationRecord(settings: Adaptation): Record<string, unknown> {
  return settings.by === "length"
    ? { ...fullLengthAdapt("adapt", settings) }
    : ratioRecord(settings);
}

/** What is done at the end of a step. */
export function adapting(settings: FullAdaptation, context: OptimizerContext) {
  return (step: ChainStep): ChainStep =>
    settings.by === "length"
      ? adaptByLength(settings, context)(step)
      : adaptDamping(settings, context)(step);
}

/** The factor where it rises. */
export function higherFactor(settings: FullAdaptation, context: OptimizerContext): Node {
  return settings.by === "length"
    ? higherByLength(settings, context)
    : higherByRatio(settings, context);
}
