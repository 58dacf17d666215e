// #region example
import { categorical, independent, input } from "metrigrad";

// A word at each of 7 positions of 5 texts, from a vocabulary of 100.
const law = independent(categorical());
const y = input("words", [5, 7], "i32");
const h = input("logits", [5, 7, 100]);
console.log(law.name); // independent(categorical)
console.log(law.logProb(y, h).shape); // [ 5 ]
// #endregion example
