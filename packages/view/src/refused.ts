import { DataError } from "@metrigrad/tensor";

/** Makes the error of a picture that cannot be drawn of what it was given. */
export function refused(where: string, must: string, got: string, todo: string): DataError {
  return new DataError({ where, must, got, todo });
}

/** Says what a value is, for errors. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "function" ? "a function" : JSON.stringify(value);
}
