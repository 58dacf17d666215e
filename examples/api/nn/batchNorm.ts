// #region example
import { batchNorm, cpu, predict, tensor } from "metrigrad";

const layer = batchNorm(2);
const roles = layer.variables.map(({ path, spec }) => `${path}: ${spec.role}`);
console.log(roles.slice(1, 3)); // [ 'offset: parameter', 'mean: state' ]

// In inference the running statistics count, which begin at mean 0 and variance 1.
const backend = await cpu();
const store = await backend.store(layer);
const output = await predict(layer, store, tensor([[1, -2]]));
console.log(output.data().map((value) => Math.round(value))); // Float32Array(2) [ 1, -2 ]
await backend.close();
// #endregion example
