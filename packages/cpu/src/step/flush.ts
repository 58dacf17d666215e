import { arg } from "@metrigrad/tensor";
import type { FixedRegion } from "../loop/region.ts";
import type { StepContext } from "./context.ts";
import { lowerMap } from "./map.ts";

/**
 * Removes denormals from the result of a kernel, if that is a variable. This is a pass of its own, because the
 * kernels keep their sums in registers only if nothing but stores follows them.
 */
export function flushResult(output: FixedRegion, context: StepContext): void {
  if (!output.flush || (output.dtype !== "f32" && output.dtype !== "f64")) return;
  lowerMap(output.shape, { inputs: [output], exprs: [arg(0)], outputs: [output] }, context);
}
