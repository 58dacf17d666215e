// #region example
import { bernoulli, cpu, dense, fisher, tensor } from "metrigrad";

const model = dense(1, 1);
const backend = await cpu();
const store = await backend.store(model);
await store.write("w", tensor([[0], [0]]));
// Every P(y = 1) is ½, so g is the mean of x̃x̃' times ¼.
const inputs = tensor([[2], [-2]]);
const g = await fisher(model, inputs, { store, likelihood: bernoulli() });
console.log((await g.toDense()).toArray()); // [ [ 1, 0 ], [ 0, 0.25 ] ]
await g.close();
await backend.close();
// #endregion example
