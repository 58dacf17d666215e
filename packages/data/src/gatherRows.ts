import {
  DataError,
  hostArray,
  isTensor,
  type MapTree,
  mapTree,
  sizeOf,
  type Tensor,
  type Tree,
  tensor,
} from "@metrigrad/tensor";
import { leafName } from "./split.ts";

/**
 * Returns chosen rows of a host tensor, or of every leaf of a tree of them: out[k, …] = values[rows[k], …].
 *
 * The element type stays the same.
 *
 * @param values - Leaves [n, …row].
 * @param rows - Indices in 0 … n−1; repeats are allowed.
 * @returns Leaves [rows.length, …row], in the same tree.
 * @throws {@link DataError} if an index is not a row of a leaf.
 * @category Data
 */
export function gatherRows<const X extends Tree<Tensor>>(
  values: X,
  rows: ArrayLike<number>,
): MapTree<X, Tensor, Tensor> {
  return mapTree(values, isTensor, (leaf, path) => gatherLeaf(leaf, rows, path));
}

function gatherLeaf(values: Tensor, rows: ArrayLike<number>, path: string): Tensor {
  const [n = 0, ...row] = values.shape;
  const size = sizeOf(row);
  const from = values.data();
  const to = hostArray(values.dtype, rows.length * size);
  for (let k = 0; k < rows.length; k++) {
    const index = rows[k] as number;
    if (!(Number.isInteger(index) && index >= 0 && index < n)) {
      throw new DataError({
        where: leafName("gatherRows", path),
        must:
          n === 0 ? "the tensor must have rows" : `a row index must be an integer in 0 … ${n - 1}`,
        got: `${index} at position ${k}`,
        todo: "make the indices for this tensor's number of rows",
      });
    }
    to.set(from.subarray(index * size, (index + 1) * size), k * size);
  }
  return tensor(to, { shape: [rows.length, ...row], dtype: values.dtype });
}
