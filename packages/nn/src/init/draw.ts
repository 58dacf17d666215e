import { type InitContext, sizeOf, uniformStream } from "@metrigrad/tensor";

/** Returns the numbers of inputs and outputs of a weight [inputs…, outputs]. Numbers that are given take precedence. */
export function fansOf({ shape, fans }: InitContext): {
  readonly inputs: number;
  readonly outputs: number;
} {
  if (fans !== undefined) return fans;
  const outputs = shape.at(-1) ?? 1;
  return { inputs: sizeOf(shape) / Math.max(1, outputs), outputs };
}

/** Draws uniform numbers in [−limit, limit), a function of seed and path. */
export function drawUniform({ path, seed, shape }: InitContext, limit: number): Float64Array {
  const stream = uniformStream({ path, seed });
  return Float64Array.from(
    { length: sizeOf(shape) },
    (_, i) => (2 * stream.uniform(i) - 1) * limit,
  );
}

/** Draws normal numbers of mean 0, a function of seed and path. */
export function drawNormal({ path, seed, shape }: InitContext, deviation: number): Float64Array {
  const stream = uniformStream({ path, seed });
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => stream.normal(i) * deviation);
}
