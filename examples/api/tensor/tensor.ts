// #region example
import { tensor } from "metrigrad";

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
console.log(matrix.shape, matrix.dtype); // [ 2, 3 ] f64
console.log(matrix.get(1, 2)); // 6

// A flat typed array with a shape is not copied.
const rows = tensor(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] });
console.log(rows.toArray(), rows.dtype); // [ [ 1, 2 ], [ 3, 4 ] ] f32
// #endregion example
