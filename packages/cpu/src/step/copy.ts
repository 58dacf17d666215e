import { arg, type CopyStep, scalarTypeOf } from "@metrigrad/tensor";
import type { FixedRegion } from "../loop/region.ts";
import type { Lowering, StepContext } from "./context.ts";
import { lowerMap } from "./map.ts";

/** Copies one region to another, with conversion where the types differ. */
export function lowerCopy(from: FixedRegion, to: FixedRegion, context: StepContext): void {
  const exprs = [arg(0, scalarTypeOf(from.dtype))];
  lowerMap(to.shape, { inputs: [from], exprs, outputs: [to] }, context);
}

/** output = input. */
export const copyStep: Lowering<CopyStep> = (step, context) => {
  lowerCopy(context.region(step.input), context.region(step.output), context);
};
