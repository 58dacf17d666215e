// #region example
import { compile, constant, cpu, quantile, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const x = constant(tensor([1, 2, 3, 4]));
const program = await compile({ outputs: { q: quantile(x, [0.25, 0.5]) } }, store);
const { q } = await program.run();
console.log((await q.read()).toArray()); // [ 1.75, 2.5 ]
await backend.close();
// #endregion example
