// #region example
import { applyModel, conv2d, flatten, input, maxPool2d, relu, sequential } from "metrigrad";

const model = sequential(
  conv2d(1, 8, 3, { padding: "same", activation: relu }),
  maxPool2d(2),
  flatten(),
);
// Five images of one channel with 28 by 28 pixels.
const { output } = applyModel(model, input("images", [5, 1, 28, 28]));
console.log(output.shape); // [ 5, 1568 ]
console.log(model.variables[0]?.spec.shape); // [ 10, 8 ]
// #endregion example
