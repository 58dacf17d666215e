import { concat, type Node, reshape, slice } from "@metrigrad/graph";
import { MetricError, sameShape, showShape, sizeOf } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";

/**
 * Packs the values of some parameters into the columns [d, m] of a block.
 *
 * A single value [d, m] stays as it is. Others are flattened row-major, one after the other.
 *
 * @param block - The block: its form, d and m.
 * @param values - One value for each parameter of the block.
 * @returns The columns, [d, m].
 * @throws {@link MetricError} if the values do not have dm elements together.
 * @category Metrics: own metrics
 */
export function packed(
  { form, d, m }: Pick<Block, "form" | "d" | "m">,
  values: readonly Node[],
): Node {
  const [only] = values;
  if (values.length === 1 && only !== undefined && sameShape(only.shape, [d, m])) return only;
  if (values.reduce((size, { shape }) => size + sizeOf(shape), 0) === d * m) {
    const flat = values.map((value) => reshape(value, [-1]));
    return reshape(flat.length === 1 ? (flat[0] as Node) : concat(flat, 0), [d, m]);
  }
  throw new MetricError({
    where: `metric block ${form}`,
    must: `its parameters must have as many elements as its columns [${d}, ${m}]`,
    got: values.map(({ shape }) => showShape(shape)).join(" + ") || "none",
    todo: "return one block for each parameter matrix, or one over all that it names",
  });
}

/**
 * Unpacks the columns that {@link packed} made into the values of the parameters.
 *
 * @param columns - The columns, [d, m].
 * @param shapes - The shape of each parameter.
 * @returns One value for each shape.
 * @nothrow
 * @category Metrics: own metrics
 */
export function unpacked(columns: Node, shapes: readonly (readonly number[])[]): Node[] {
  const [only] = shapes;
  if (shapes.length === 1 && only !== undefined) {
    return [sameShape(only, columns.shape) ? columns : reshape(columns, only)];
  }
  const flat = reshape(columns, [-1]);
  let begin = 0;
  return shapes.map((shape) => {
    const end = begin + sizeOf(shape);
    const part = reshape(slice(flat, [[begin, end]]), shape);
    begin = end;
    return part;
  });
}
