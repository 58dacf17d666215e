import { GraphError } from "@metrigrad/tensor";

/** Throws GraphError unless an option has one of the values that exist. */
export function checkChoice(
  where: string,
  option: string,
  value: unknown,
  known: readonly string[],
): void {
  if (known.includes(value as string)) return;
  throw new GraphError({
    where,
    must: `${option} must be one of ${known.join(", ")}`,
    got: JSON.stringify(value) ?? "undefined",
    todo: "correct the value, or leave the option out",
  });
}
