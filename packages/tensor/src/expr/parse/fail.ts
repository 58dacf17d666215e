import { GraphError } from "../../errors.ts";

/** Throws an error about a text, with the position of what is wrong, counted from 0. */
export type Fail = (
  must: string,
  position: { readonly start: number; readonly end: number },
) => never;

/** Makes the function that throws the errors of one text. */
export function failIn(source: string): Fail {
  return (must, { start, end }) => {
    const text = source.slice(start, Math.min(end, start + 40)) || "the end";
    throw new GraphError({
      where: "parseExpr",
      must,
      got: `"${text}" at position ${start} of "${source.slice(0, 80)}"`,
      todo: "write numbers, arguments, + - * / **, comparisons, && || !, ?: and scalar functions",
    });
  };
}
