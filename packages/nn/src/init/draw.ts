import { type InitContext, sizeOf, uniformStream } from "@metrigrad/tensor";

/** Numbers of inputs and outputs of a weight [inputs…, outputs], unless they are given. */
export function fansOf({ shape, fans }: InitContext): {
  readonly inputs: number;
  readonly outputs: number;
} {
  if (fans !== undefined) return fans;
  const outputs = shape.at(-1) ?? 1;
  return { inputs: sizeOf(shape) / Math.max(1, outputs), outputs };
}

/** Uniform draws in [−limit, limit), a function of seed and path. */
export function drawUniform({ path, seed, shape }: InitContext, limit: number): Float64Array {
  const stream = uniformStream({ path, seed });
  return Float64Array.from(
    { length: sizeOf(shape) },
    (_, i) => (2 * stream.uniform(i) - 1) * limit,
  );
}

/** Normal draws of mean 0, a function of seed and path. */
export function drawNormal({ path, seed, shape }: InitContext, deviation: number): Float64Array {
  const stream = uniformStream({ path, seed });
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => stream.normal(i) * deviation);
}
