import type { Node, Variable } from "@metrigrad/graph";
import { type CopiesUse, movedOutputs, sliceOf } from "@metrigrad/nn";

/** The outputs of each copy where stacked parameters move, by what they are as the parameters stand. */
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
