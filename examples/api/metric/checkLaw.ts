// #region example
import { checkLaw, defLaw, gaussian, mul, square, sub, sum, tensor } from "metrigrad";

const inputs = tensor([[0.3], [-2]]);
console.log((await checkLaw(gaussian(), { inputs })).passed); // true

// The constant −½ ln 2π is missing, so the probabilities do not add up to 1.
const wrong = defLaw({
  name: "wrong",
  support: "real",
  logProb: (y, h) => mul(sum(square(sub(y, h)), { axis: 1 }), -0.5),
});
const report = await checkLaw(wrong, { inputs });
console.log(report.passed); // false
console.log(report.checks.find(({ passed }) => !passed)?.name); // probabilities add up to 1 by quadrature
// #endregion example
