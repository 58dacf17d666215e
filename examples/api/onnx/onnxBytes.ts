// #region example
import { onnxBytes } from "@metrigrad/onnx";
import { cpu, dense, lambda, relu, sequential, softmax, tensor } from "metrigrad";

const model = sequential(dense(4, 8, { activation: relu }), dense(8, 3), lambda(softmax));
const backend = await cpu();
const store = await backend.store(model, { seed: 1 });
const file = await onnxBytes(model, store, tensor([[0, 0, 0, 0]]));
console.log(file instanceof Uint8Array); // true
await backend.close();
// #endregion example
