import { DataError, hostArray, sizeOf, type Tensor, tensor } from "@metrigrad/tensor";

/**
 * Rows of a host tensor: out[k, …] = values[rows[k], …], of the same element type.
 *
 * values [n, ...row], rows: indices in 0 … n−1, repeats allowed. Throws DataError for an index
 * outside of the tensor.
 */
export function gatherRows(values: Tensor, rows: ArrayLike<number>): Tensor {
  const [n = 0, ...row] = values.shape;
  const size = sizeOf(row);
  const from = values.data();
  const to = hostArray(values.dtype, rows.length * size);
  for (let k = 0; k < rows.length; k++) {
    const index = rows[k] as number;
    if (!(Number.isInteger(index) && index >= 0 && index < n)) {
      throw new DataError({
        where: "gatherRows",
        must: `a row index must be an integer in 0 … ${n - 1}`,
        got: `${index} at position ${k}`,
        todo: "make the indices for this tensor's number of rows",
      });
    }
    to.set(from.subarray(index * size, (index + 1) * size), k * size);
  }
  return tensor(to, { shape: [rows.length, ...row], dtype: values.dtype });
}
