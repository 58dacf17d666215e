import { checkNames, GraphError } from "@metrigrad/tensor";

/** Throws GraphError unless settings are an object of known names. */
export function checkSettings<S extends object>(
  where: string,
  settings: S,
  known: readonly (keyof S & string)[],
): void {
  checkNames(where, settings, known, GraphError);
}

/** Returns the options of a module without settings. Throws GraphError if it is given an argument. */
export function noSettings(
  where: string,
  given: readonly unknown[],
): Readonly<Record<never, never>> {
  if (given.every((one) => one === undefined)) return Object.freeze({});
  const [first] = given;
  throw new GraphError({
    where,
    must: "it takes no settings",
    got:
      typeof first === "object" && first !== null
        ? `{ ${Object.keys(first).join(", ")} }`
        : String(first),
    todo: `call ${where}()`,
  });
}
