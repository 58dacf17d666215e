// #region example
import { dataSet, tensor } from "metrigrad";

const image = tensor(Uint8Array.of(0, 255, 128, 0), { shape: [2, 2] });
const data = dataSet({
  name: "two images",
  train: { inputs: { image, size: [[1], [3]] }, targets: [0, 1], weights: [1, 0.5] },
  inputScale: { image: 1 / 255 },
  classes: 2,
});
console.log(data.train.inputs.image.shape, data.train.targets.dtype); // [ 2, 2 ] i32
console.log(data.valid); // undefined
// #endregion example
