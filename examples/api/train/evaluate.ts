// #region example
import { constant, cpu, evaluate, input, matmul, sum, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const x = input("x", [1, 2]);
const y = matmul(x, constant(tensor([[3], [4]])));
const feeds = { x: [[1, 2]] };
const values = await evaluate({ y, total: sum(x) }, { store, feeds });
console.log(values.y.toArray(), values.total.item()); // [ [ 11 ] ] 3
await backend.close();
// #endregion example
