// #region example
import { applyModel, defModule, dense, input, mul, ones, param, tanh } from "metrigrad";

const gated = defModule({
  name: "gated",
  options: (width: number) => ({ width, inner: dense(width, width, { activation: tanh }) }),
  params: ({ width }) => ({ gain: param([width], ones, { decay: "none" }) }),
  children: ({ inner }) => ({ inner }),
  apply: ({ gain }, x, { options, call }) => mul(call(options.inner, x), gain),
});

const model = gated(4);
console.log(model.variables.map(({ path }) => path)); // [ 'gain', 'inner/w' ]
console.log(applyModel(model, input("x", [5, 4])).output.shape); // [ 5, 4 ]
// #endregion example
