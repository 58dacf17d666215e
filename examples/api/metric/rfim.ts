// #region example
import { cpu, dense, rfim, sequential, tanh, tensor } from "metrigrad";

const model = sequential(dense(1, 3, { activation: tanh }), dense(3, 1));
const backend = await cpu();
const store = await backend.store(model, { seed: 1 });
const g = await rfim(model, tensor([[1], [0], [0.5]]), { store });
console.log(g.blocks.map(({ path, size }) => `${path} [${size}, ${size}]`)); // [ 'dense0 [2, 2]', 'dense1 [4, 4]' ]
const gradient = { "dense1/w": tensor([[1], [1], [1], [1]]) };
const direction = await g.solve(gradient, { relative: 1e-2 });
console.log(`${(await g.length(direction)).toFixed(2)} √nats`); // 1.56 √nats
await g.close();
await backend.close();
// #endregion example
