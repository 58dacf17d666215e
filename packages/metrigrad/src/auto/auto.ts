import { cpu } from "@metrigrad/cpu";
import { gpu } from "../gpu.ts";
import { type Choice, choose } from "./choose.ts";
import type { Measure } from "./measure.ts";

/**
 * The faster of the cpu and the gpu backend: both are made, `measure` runs on one after the other, and
 * the slower is closed. `trainingTime(model, options)` measures a step of `fit`, `programTime(request,
 * feeds)` a program.
 *
 * `why` tells the measured times, or why a backend was no choice: where `gpu()` has no mode, or fails
 * while it is measured, cpu is taken, and its error is in the reason. Throws what `measure` throws,
 * except for a BackendError of one of the two.
 */
export function auto(measure: Measure): Promise<Choice> {
  return choose({ cpu: () => cpu(), gpu: () => gpu() }, measure);
}
