import { checkNames, GraphError } from "@metrigrad/tensor";

/** Throws GraphError unless options are an object whose names are all known. */
export function checkOptions<O extends object>(
  where: string,
  options: O,
  known: readonly (keyof O & string)[],
): void {
  checkNames(where, options, known, GraphError);
}
