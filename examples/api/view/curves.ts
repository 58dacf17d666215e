// #region example
import { curves } from "metrigrad";

const records = [1, 2, 3].map((seed) => ({
  label: "adam",
  seed,
  points: [1, 2, 4, 8].map((step) => ({ step, error: seed / step })),
}));
const svg = curves(records, {
  title: "Error by step",
  quantities: [{ of: "error", title: "relative error", log: true }],
});
console.log(svg.includes("Lines and bands: median, min to max of 3 seeds.")); // true
// #endregion example
