// #region example
import { constant, cpu, evaluate, matmul, tensor, vjp } from "metrigrad";

const x = constant(tensor([[1, 2]]));
const w = constant(
  tensor([
    [1, 0, 2],
    [0, 1, 3],
  ]),
);
const cotangents = vjp([matmul(x, w)], [x, w], [tensor([[1, 1, 1]])]);

const backend = await cpu();
const store = await backend.store([]);
const [byX, byW] = await evaluate(cotangents, { store });
console.log(byX?.toArray()); // [ [ 3, 4 ] ]
console.log(byW?.toArray()); // [ [ 1, 1, 1 ], [ 2, 2, 2 ] ]
await backend.close();
// #endregion example
