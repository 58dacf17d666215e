import { type Initializer, ShapeError, sizeOf } from "@metrigrad/tensor";

/** Returns an initialiser that gives a multiple of the unit matrix for each distribution, [b…, d, d]. */
export function eyeInit(factor: number): Initializer {
  return ({ shape }) => {
    const d = shape.at(-1) as number;
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
      (i % (d * d)) % (d + 1) === 0 ? factor : 0,
    );
  };
}

/** Throws ShapeError unless a size is an integer not below the least one. */
export function checkSize(where: string, size: number, least = 1): void {
  if (Number.isInteger(size) && size >= least) return;
  throw new ShapeError({
    where,
    must: `the size must be an integer of at least ${least}`,
    got: String(size),
    todo: `pass how many numbers a draw has: ${where}(3)`,
  });
}
