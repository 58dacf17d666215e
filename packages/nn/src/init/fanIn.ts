import type { Initializer } from "@metrigrad/tensor";
import { drawUniform } from "./draw.ts";

/**
 * Returns an initialiser that is uniform in ±1/√count, for weights and biases alike. This is He's uniform with a = √5,
 * PyTorch's default for layers.
 */
export function fanInUniform(count: number): Initializer {
  return (context) => drawUniform(context, 1 / Math.sqrt(count));
}
