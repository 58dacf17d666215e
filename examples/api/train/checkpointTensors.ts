// #region example
import {
  checkpointTensors,
  cpu,
  dense,
  loadCheckpoint,
  readNpz,
  tensor,
  writeNpz,
} from "metrigrad";

const backend = await cpu();
const store = await backend.store(dense(1, 2), { seed: 1 });
await store.write(
  "w",
  tensor([
    [1, 2],
    [3, 4],
  ]),
);
const file = writeNpz(await checkpointTensors(store)); // bytes that numpy.load reads

const other = await backend.store(dense(1, 2), { seed: 2 });
await loadCheckpoint(readNpz(file), other);
console.log((await other.read("w")).toArray()); // [ [ 1, 2 ], [ 3, 4 ] ]
await backend.close();
// #endregion example
