// #region example
import { applyModel, dense, input, parallel } from "metrigrad";

const x = input("x", [5, 4]);
const heads = parallel({ digit: dense(4, 10), angle: dense(4, 1) });
const { output } = applyModel(heads, x);
console.log(output.digit.shape, output.angle.shape); // [ 5, 10 ] [ 5, 1 ]

const joined = parallel([dense(4, 3), dense(4, 2)], { join: "concat" });
console.log(applyModel(joined, x).output.shape); // [ 5, 5 ]
// #endregion example
