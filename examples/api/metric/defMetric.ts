// #region example
import { affine, checkMetric, defMetric, defModule, param, sharedGram, zeros } from "metrigrad";

const params = { w: param([3, 2], zeros) };
const layer = defModule({ name: "layer", params, apply: ({ w }, x) => affine(x, w) });
// By default the response is N(X̃W, I), so the metric is E[x̃x̃'] for both units.
const row = defMetric(layer, {
  source: "linear layer",
  block: ({ params: { w }, reference: x }) => [{ params: [w], block: sharedGram(x, 2) }],
});
console.log((await checkMetric(row)).passed); // true
// #endregion example
