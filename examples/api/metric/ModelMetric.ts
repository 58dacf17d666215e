// #region example
import { categorical, cpu, dense, fisher, sequential, tanh, tensor } from "metrigrad";

const model = sequential(dense(1, 3, { activation: tanh }), dense(3, 2));
const backend = await cpu();
const store = await backend.store(model, { seed: 1 });
const g = await fisher(model, tensor([[1], [-2]]), { store, likelihood: categorical() });
console.log(g.params, g.size); // [ 'dense0/w', 'dense1/w' ] 14
console.log((await g.block("dense0/w", "dense1/w")).shape); // [ 6, 8 ]
const gradient = { "dense1/w": await store.read("dense1/w") };
const step = await g.solve(gradient, { relative: 1e-3 });
console.log((await g.length(step)) > 0); // true
await g.close();
await backend.close();
// #endregion example
