// #region example
import { checkpointBytes, cpu, dense, loadCheckpoint, predict, tensor } from "metrigrad";

const backend = await cpu();
const model = dense(2, 1);
const store = await backend.store(model, { seed: 1 });
const bytes = await checkpointBytes(store);
const other = await backend.store(model, { seed: 2 });
await loadCheckpoint(bytes, other);
const x = tensor([[1, 2]]);
const [before, after] = [await predict(model, store, x), await predict(model, other, x)];
console.log(before.data()[0] === after.data()[0]); // true
await backend.close();
// #endregion example
