// #region example
import { checkMetric, poissonRow, tanhRow } from "metrigrad";

const right = await checkMetric(tanhRow());
console.log(right.passed); // true

// The same neuron with the ν of another one.
const wrong = await checkMetric({ ...tanhRow(), nu: poissonRow().nu });
console.log(wrong.passed); // false
console.log(wrong.toString().split("\n")[0]); // checkMetric affine uses: 3 of 13 checks are off
// #endregion example
