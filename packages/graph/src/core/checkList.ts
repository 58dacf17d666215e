import { ShapeError } from "@metrigrad/tensor";

/** Throws ShapeError unless an argument is a list, which programs without types may get wrong. */
export function checkList(where: string, argument: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new ShapeError({
    where,
    must: `${argument} must be a list`,
    got: typeof value === "object" ? (JSON.stringify(value) ?? "an object") : String(value),
    todo: "pass an array, with an item for each axis",
  });
}
