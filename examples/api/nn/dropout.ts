// #region example
import { applyModel, cpu, dropout, evaluate, tensor } from "metrigrad";

const layer = dropout(0.5);
const x = tensor(new Float32Array(1000).fill(1), { shape: [1, 1000] });
const backend = await cpu();
const store = await backend.store(layer, { seed: 1 });
const trained = await evaluate(applyModel(layer, x, { mode: "train" }).output, { store });
console.log([...new Set(trained.data())].sort()); // [ 0, 2 ]

const inferred = await evaluate(applyModel(layer, x).output, { store });
console.log([...new Set(inferred.data())]); // [ 1 ]
await backend.close();
// #endregion example
