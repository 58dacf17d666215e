import type { Node, Variable } from "@metrigrad/graph";
import { type CopiesUse, movedOutputs, sliceOf } from "@metrigrad/nn";

/** Returns the outputs of each copy with moved stacked parameters, next to its outputs with the present parameters. */
export function movedCopies(
  { each, parameters }: CopiesUse,
  moves: ReadonlyMap<Variable, Node>,
): readonly (readonly [outputs: Node, moved: Node])[] {
  return each.map(({ use }, copy) => {
    const own = parameters.flatMap((one, at): [Variable, Node][] => {
      const move = moves.get(one);
      return move === undefined ? [] : [[use.parameters[at] as Variable, sliceOf(move, copy)]];
    });
    return [use.outputs, movedOutputs(use, new Map(own))];
  });
}
