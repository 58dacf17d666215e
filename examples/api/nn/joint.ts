// #region example
import { categorical, gaussian, input, joint } from "metrigrad";

const law = joint({ digit: categorical(), angle: gaussian({ sigma: 0.1 }) });
console.log(law.name); // joint(digit: categorical, angle: gaussian(0.1))

const y = { digit: input("labels", [5], "i32"), angle: input("angles", [5, 1]) };
const h = { digit: input("logits", [5, 10]), angle: input("means", [5, 1]) };
console.log(law.logProb(y, h).shape); // [ 5 ]
// #endregion example
