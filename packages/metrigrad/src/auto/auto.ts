import { cpu } from "@metrigrad/cpu";
import { gpu } from "../gpu.ts";
import { type Choice, choose } from "./choose.ts";
import type { Measure } from "./measure.ts";

/**
 * Chooses the faster one of the cpu and the gpu backend.
 *
 * It makes both backends, runs the measurement on each of them, and closes the slower one. If no gpu answers, or if the gpu backend
 * fails, it takes the cpu backend and says so in `why`.
 *
 * @param measure - What is measured: {@link trainingTime} for a step of {@link fit}, {@link programTime} for a program, or a function of
 *   your own.
 * @returns Resolves to the backend, which you close, and the reason.
 * @throws {@link GraphError} if the measurement returns no seconds. Also what the measurement throws, except a {@link BackendError} of
 *   one of the two backends.
 * @category Backends
 */
export function auto(measure: Measure): Promise<Choice> {
  return choose({ cpu: () => cpu(), gpu: () => gpu() }, measure);
}
