// #region example
import { constant, evaluate, eye, kronecker, mul, reference, tensor } from "metrigrad";

const backend = await reference();
const store = await backend.store([]);
// A [2, 2] is over the rows of the parameter, G [1, 1] over its columns.
const block = kronecker(mul(eye(2), 3), constant(tensor([[5]])));
console.log(block.layout); // [2, 2] ⊗ [1, 1]
// Every eigenvalue of A ⊗ G is 15.
const v = constant(tensor([[32], [16]]));
const solved = block.solve(v, { damping: { absolute: 1 } });
console.log((await evaluate(solved, { store })).toArray()); // [ [ 2 ], [ 1 ] ]
await backend.close();
// #endregion example
