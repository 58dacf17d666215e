// #region example
import { concat, constant, evaluate, reference, tensor, unitGram } from "metrigrad";

const backend = await reference();
const store = await backend.store([]);
const x = constant(tensor([[2], [-2]]));
// The second unit does not learn from the second row.
const nu = concat([constant(tensor([[1], [1]])), constant(tensor([[1], [0]]))], 1);
const block = unitGram(x, nu);
console.log(block.layout); // 2 × [2, 2]
const trace = await evaluate(block.trace(), { store });
console.log(trace.toArray()); // [ 5, 2.5 ]
await backend.close();
// #endregion example
