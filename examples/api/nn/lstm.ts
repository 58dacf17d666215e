// #region example
import { applyModel, dense, input, lstm, sequential } from "metrigrad";

// A number for each sequence of 7 turns: the last output goes to a dense layer.
const model = sequential(lstm(3, 16, { layers: 2, returns: "last" }), dense(16, 1));
const { output } = applyModel(model, input("x", [5, 7, 3]));
console.log(output.shape); // [ 5, 1 ]
console.log(model.variables[0]?.path); // lstm0/layer0/input
// #endregion example
