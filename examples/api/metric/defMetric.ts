// #region example
import {
  affine,
  checkMetric,
  defMetric,
  defModule,
  gaussian,
  glorotUniform,
  param,
  sharedGram,
} from "metrigrad";

const params = { w: param([3, 2], glorotUniform) };
const layer = defModule({ name: "layer", params, apply: ({ w }, x) => affine(x, w) });
// The response is N(X̃W, 4I), so the metric is E[x̃x̃']/4 for both units.
const row = defMetric(layer, {
  response: gaussian({ sigma: 2 }),
  block: ({ params: { w }, reference }) => {
    return [{ params: [w], block: sharedGram(reference, 2, { weight: 1 / 4 }) }];
  },
});
console.log((await checkMetric(row)).passed); // true
// #endregion example
