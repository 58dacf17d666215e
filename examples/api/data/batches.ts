// #region example
import { batches, gatherRows, tensor } from "metrigrad";

const inputs = tensor([[0], [10], [20], [30], [40]]);
const [first, ...others] = batches(5, 2, { dropLast: false });
console.log(first, others.length); // Int32Array(2) [ 0, 1 ] 2
console.log(gatherRows(inputs, first ?? []).toArray()); // [ [ 0 ], [ 10 ] ]
const shuffled = batches(5, 2, { seed: 1, epoch: 3 });
console.log(shuffled.length); // 2
// #endregion example
