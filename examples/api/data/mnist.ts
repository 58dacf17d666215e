// #region example
import { mnist } from "metrigrad";

const data = await mnist({ seed: 1, split: [1000, 200, 200] });
const { inputs, targets } = data.train;
console.log(inputs.shape, inputs.dtype, targets.dtype); // [ 1000, 784 ] u8 i32
console.log(data.classes, data.inputScale === 1 / 255); // 10 true
// #endregion example
