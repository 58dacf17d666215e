// #region example
import { constant, cpu, evaluate, grad, square, sub, tensor, vmap } from "metrigrad";

// The gradient of one case, for all cases at once. All cases share y.
const slope = vmap((x, y) => grad(square(sub(x, y)), x), { inAxes: [0, null] });
const slopes = slope(constant(tensor([1, 2, 3])), 1);

const backend = await cpu();
const store = await backend.store([]);
console.log((await evaluate(slopes, { store })).toArray()); // [ 0, 2, 4 ]
await backend.close();
// #endregion example
