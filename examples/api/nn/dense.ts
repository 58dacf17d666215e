// #region example
import { cpu, dense, predict, relu, tensor } from "metrigrad";

const layer = dense(3, 2, { activation: relu });
console.log(layer.variables.map(({ path, spec }) => `${path} [${spec.shape}]`)); // [ 'w [4,2]' ]

// Without a store the weights have no values.
const backend = await cpu();
const store = await backend.store(layer, { seed: 1 });
const output = await predict(layer, store, tensor([[0, 0, 0]]));
console.log(output.toArray()); // [ [ 0, 0 ] ]
await backend.close();
// #endregion example
