import type { ErrorParts, MetrigradError } from "./errors.ts";

/**
 * Throws an error of the given kind unless options are an object all of whose names are known, so that a
 * misspelt one is not silently left out.
 */
export function checkNames(
  where: string,
  options: unknown,
  known: readonly string[],
  Refusal: new (parts: ErrorParts) => MetrigradError,
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new Refusal({
      where,
      must: "options must be an object",
      got: Array.isArray(options) ? "a list" : String(options),
      todo: `pass { ${known[0]}: … }`,
    });
  }
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Refusal({
    where,
    must: `options must be among ${known.join(", ")}`,
    got: unknown.join(", "),
    todo: "correct the name, or leave it out",
  });
}
