// #region example
import { cpu, embedding, predict, tensor } from "metrigrad";

const words = embedding(10, 4, { paddingIndex: 0 });
const backend = await cpu();
const store = await backend.store(words, { seed: 1 });
const output = await predict(words, store, tensor(Int32Array.of(3, 0), { shape: [1, 2] }));
console.log(output.shape); // [ 1, 2, 4 ]
console.log(output.data().slice(4)); // Float32Array(4) [ 0, 0, 0, 0 ]
await backend.close();
// #endregion example
