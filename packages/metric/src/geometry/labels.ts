import { input, type Node } from "@metrigrad/graph";
import { convert, isTensor, ShapeError, showShape, type Tensor } from "@metrigrad/tensor";

/** Rows of inputs [n, …] with what was observed on each, [n] or [n, …]. */
export interface LabelledBatch {
  readonly inputs: Tensor;
  readonly labels: Tensor;
}

const name = "metric/labels";

/** Labels of n rows as a float node and the value to feed it with. Throws ShapeError. */
export function labelInput(
  where: string,
  labels: Tensor,
  rows: number,
): { readonly y: Node; readonly feeds: Readonly<Record<string, Tensor>> } {
  if (!isTensor(labels) || labels.shape[0] !== rows) {
    throw new ShapeError({
      where,
      must: `labels must be a tensor with a label for each of the ${rows} rows`,
      got: isTensor(labels) ? showShape(labels.shape) : String(labels),
      todo: "pass { inputs, labels }, the labels as the likelihood's sample gives them",
    });
  }
  return { y: input(name, labels.shape), feeds: { [name]: convert(labels, "f64") } };
}
