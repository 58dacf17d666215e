// #region example
import { applyModel, dense, input, relu, skip } from "metrigrad";

// The second block changes the width, so its input goes through a projection.
const same = skip(dense(4, 4, { activation: relu }));
const wider = skip(dense(4, 8, { activation: relu }), dense(4, 8));
const x = input("x", [5, 4]);
console.log(applyModel(same, x).output.shape); // [ 5, 4 ]
console.log(applyModel(wider, x).output.shape); // [ 5, 8 ]
// #endregion example
