// #region example
import { histograms, uniformStream } from "metrigrad";

const stream = uniformStream({ seed: 1, path: "weights" });
const at = (epoch: number) => {
  const w = Float64Array.from({ length: 500 }, (_, i) => stream.normal(500 * epoch + i) / epoch);
  return { epoch, parameters: { w } };
};
const svg = histograms([1, 2, 3].map(at), { title: "Weights that shrink" });
console.log(svg.includes("Shares of the values of w, at epochs 1, 2, 3.")); // true
// #endregion example
