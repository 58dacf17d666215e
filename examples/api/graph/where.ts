// #region example
import { compile, constant, cpu, greater, sqrt, tensor, where } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const x = constant(tensor([-1, 4]));
const y = where(greater(x, 0), sqrt(x), 0);
const program = await compile({ outputs: { y } }, store);
const { y: result } = await program.run();
console.log((await result.read()).toArray()); // [ 0, 2 ]
await backend.close();
// #endregion example
