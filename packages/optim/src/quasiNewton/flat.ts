import { concat, type Node, reshape, slice, type Variable } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";

/** Returns all values in one vector [P], in their order. */
export function flattened(values: readonly Node[]): Node {
  const parts = values.map((value) => reshape(value, [sizeOf(value.shape)]));
  return parts.length === 1 ? (parts[0] as Node) : concat(parts, 0);
}

/** Returns the parts of a vector [P] in the shapes of variables. */
export function partsLike(vector: Node, variables: readonly Variable[]): Node[] {
  let begin = 0;
  return variables.map(({ shape }) => {
    const end = begin + sizeOf(shape);
    const part = reshape(slice(vector, [[begin, end]]), shape);
    begin = end;
    return part;
  });
}
