import { isNode, type Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";

/** The parts that the input of a module may have. */
export interface InputNames<P> {
  /** The parts that must be there. If there is only one, a node alone stands for it. */
  readonly needed: readonly (keyof P & string)[];
  readonly others?: readonly (keyof P & string)[];
}

/**
 * Returns the parts of a module's input: a record of nodes. A node alone stands for the only part that the module needs.
 *
 * @param where - The module.
 * @param given - The input.
 * @param names - The parts that the module knows.
 * @returns The record.
 * @throws GraphError if the input is not a record, if a part is missing, or if a part has another name: a misspelt mask
 *   must not train.
 */
export function inputParts<P extends object>(
  where: string,
  given: Node | P,
  { needed, others = [] }: InputNames<P>,
): P {
  const [first = "", ...more] = needed;
  if (isNode(given) && more.length === 0) return { [first]: given } as P;
  const record = typeof given === "object" && given !== null && !isNode(given);
  const own = record && !Array.isArray(given) ? Object.keys(given) : null;
  const known: readonly string[] = [...needed, ...others];
  const odd = own?.filter((name) => !known.includes(name)) ?? [];
  const missing = needed.filter(
    (name) => (given as Readonly<Record<string, unknown>>)?.[name] === undefined,
  );
  if (own !== null && odd.length === 0 && missing.length === 0) return given as P;
  const alone = more.length === 0 ? `${first} alone, or ` : "";
  const optional = others.length === 0 ? "" : `, where ${others.join(", ")} may be left out`;
  const names = own === null || own.length === 0 ? "" : `{ ${own.join(", ")} }`;
  const other = isNode(given) ? "a node alone" : Array.isArray(given) ? "a list" : "nothing of it";
  throw new GraphError({
    where,
    must: `its input must be ${alone}{ ${known.join(", ")} }${optional}`,
    got: names === "" ? other : names,
    todo:
      odd.length > 0
        ? `correct the name ${odd.join(", ")}, or leave it out`
        : `give it ${missing.join(" and ")}`,
  });
}
