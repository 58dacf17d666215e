// #region example
import { constant, cpu, evaluate, mul, tensor } from "metrigrad";

const backend = await cpu({ threads: 1, relaxed: false });
console.log(backend.describe().split(",")[0]); // cpu: WebAssembly SIMD (plain)
const store = await backend.store([]);
const { y } = await evaluate({ y: mul(constant(tensor([1, 2, 3])), 2) }, { store });
console.log(y.toArray()); // [ 2, 4, 6 ]
await backend.close();
// #endregion example
