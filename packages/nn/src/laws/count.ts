import { ShapeError } from "@metrigrad/tensor";

/** Throws ShapeError unless the value is a positive integer. */
export function checkCount(where: string, what: string, count: unknown): void {
  if (typeof count === "number" && Number.isInteger(count) && count >= 1) return;
  throw new ShapeError({
    where,
    must: `${what} must be a positive integer`,
    got: String(count),
    todo: `pass it: ${where}(10)`,
  });
}
