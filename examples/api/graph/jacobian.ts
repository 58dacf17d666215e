// #region example
import { concat, constant, cpu, evaluate, jacobian, prod, square, sum, tensor } from "metrigrad";

const x = constant(tensor([2, 3]));
const y = concat(
  [prod(x, { axis: 0, keepDims: true }), sum(square(x), { axis: 0, keepDims: true })],
  0,
);

const backend = await cpu();
const store = await backend.store([]);
// The rows are the derivatives of x₀x₁ and of x₀² + x₁².
console.log((await evaluate(jacobian(y, x), { store })).toArray()); // [ [ 3, 2 ], [ 4, 6 ] ]
await backend.close();
// #endregion example
