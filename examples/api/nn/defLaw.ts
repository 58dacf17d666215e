// #region example
import { abs, checkLaw, defLaw, neg, sub, sum, tensor } from "metrigrad";

const laplace = defLaw({
  name: "laplace",
  support: "real",
  logProb: (y, h) => sum(sub(neg(abs(sub(y, h))), Math.LN2), { axis: 1 }),
});
console.log(laplace.how?.fisher); // quadrature

const report = await checkLaw(laplace, { inputs: tensor([[0.3], [-2]]) });
console.log(report.passed); // true
// #endregion example
