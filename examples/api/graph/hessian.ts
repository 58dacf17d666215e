// #region example
import { constant, cpu, evaluate, hessian, mul, prod, square, tensor } from "metrigrad";

const x = constant(tensor([2, 3]));
const loss = mul(0.5, square(prod(x))); // ½(x₀x₁)²

const backend = await cpu();
const store = await backend.store([]);
console.log((await evaluate(hessian(loss, x), { store })).toArray()); // [ [ 9, 12 ], [ 12, 4 ] ]
await backend.close();
// #endregion example
