// #region example
import { constant, cpu, evaluate, jvp, mul, tensor } from "metrigrad";

const x = constant(tensor([1, 2, 3]));
const y = mul(x, x); // ∂y/∂x is diagonal, with the entries 2x
const tangents = jvp([y], [x], [tensor([1, 0, -1])]);

const backend = await cpu();
const store = await backend.store([]);
const [change] = await evaluate(tangents, { store });
console.log(change?.toArray()); // [ 2, 0, -6 ]
await backend.close();
// #endregion example
