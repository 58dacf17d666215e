import { cast, input, type Node } from "@metrigrad/graph";
import { isTensor, ShapeError, showShape, type Tensor, valueTypeOf } from "@metrigrad/tensor";

/** Rows of inputs [n, …], alone or as the member of a batch. */
export type Batch = Tensor | { readonly inputs: Tensor };

const name = "metric/inputs";

/** A batch as a float node and the value to feed it with. Throws ShapeError. */
export function batchInput(
  where: string,
  batch: Batch,
): { readonly x: Node; readonly rows: number; readonly feeds: Readonly<Record<string, Tensor>> } {
  const value = isTensor(batch) ? batch : batch?.inputs;
  const rows = isTensor(value) ? (value.shape[0] ?? 0) : 0;
  if (!isTensor(value) || value.shape.length < 2 || rows === 0) {
    throw new ShapeError({
      where,
      must: "the batch must be a tensor of inputs [n, …] with n ≥ 1, or { inputs }",
      got: isTensor(value) ? showShape(value.shape) : String(value),
      todo: "stack samples as rows: tensor([[…], […]])",
    });
  }
  const node = input(name, value.shape, valueTypeOf(value.dtype));
  return { x: cast(node, "float"), rows, feeds: { [name]: value } };
}
