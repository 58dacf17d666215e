import type { Initializer } from "@metrigrad/tensor";
import { drawUniform } from "./draw.ts";

/** Uniform in ±1/√count, weights and biases alike: He's uniform with a = √5 (PyTorch's default of layers). */
export function fanInUniform(count: number): Initializer {
  return (context) => drawUniform(context, 1 / Math.sqrt(count));
}
