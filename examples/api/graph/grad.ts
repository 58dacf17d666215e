// #region example
import { constant, cpu, evaluate, grad, mul, square, sum, tensor } from "metrigrad";

const x = constant(tensor([1, 2, 3]));
const loss = sum(square(x)); // ‖x‖²
const slope = grad(loss, x); // 2x
// The gradient is a graph, so it can be differentiated again: ∂(½‖2x‖²)/∂x = 4x.
const twice = grad(mul(0.5, sum(square(slope))), x);

const backend = await cpu();
const store = await backend.store([]);
console.log((await evaluate(slope, { store })).toArray()); // [ 2, 4, 6 ]
console.log((await evaluate(twice, { store })).toArray()); // [ 4, 8, 12 ]
await backend.close();
// #endregion example
