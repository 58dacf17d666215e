// #region example
import { compile, constant, cpu, matmul, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const y = matmul(constant(tensor([[1, 2]])), constant(tensor([[3], [4]])));
const program = await compile({ outputs: { y } }, store);
const { y: result } = await program.run();
console.log((await result.read()).toArray()); // [ [ 11 ] ]
await backend.close();
// #endregion example
