import { ShapeError } from "@metrigrad/tensor";

/**
 * Returns one number for each axis. Throws ShapeError for numbers that are not integers from
 * `least` on.
 */
export function perAxis(
  where: string,
  name: string,
  given: number | readonly number[],
  count: number,
  least = 1,
): number[] {
  const list = typeof given === "number" ? new Array<number>(count).fill(given) : given;
  const right = Array.isArray(list) && list.length === count;
  if (right && list.every((n) => Number.isInteger(n) && n >= least)) return [...list];
  throw new ShapeError({
    where,
    must: `${name} must be an integer from ${least} on, or a list of ${count}`,
    got: JSON.stringify(given),
    todo: "pass one number for all axes or a list with one for each",
  });
}
