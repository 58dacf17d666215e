// #region example
import { compile, constant, cpu, sort, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const x = constant(tensor([3, 1, 2]));
const outputs = { up: sort(x), down: sort(x, { descending: true }) };
const program = await compile({ outputs }, store);
const { up, down } = await program.run();
console.log((await up.read()).toArray()); // [ 1, 2, 3 ]
console.log((await down.read()).toArray()); // [ 3, 2, 1 ]
await backend.close();
// #endregion example
