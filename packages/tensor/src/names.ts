import type { ErrorParts, MetrigradError } from "./errors.ts";

/**
 * Throws an error unless `options` is an object whose names are all known.
 *
 * So a misspelt option is an error. Without this check it would have no effect, and nobody would notice.
 *
 * @param where - The function that the message names.
 * @param options - The options that the user passed.
 * @param known - The names of the options that exist.
 * @param Refusal - The class of the error.
 * @throws {@link MetrigradError} of the class `Refusal` if `options` is no object, or if it has an unknown name.
 * @category Errors
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
