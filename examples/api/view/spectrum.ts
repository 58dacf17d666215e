// #region example
import { spectrum } from "metrigrad";

const svg = spectrum(
  { dense0: [3, 0.2, 0.001], dense1: [0.5, 0.4, 0] },
  { title: "What a net can still learn from a batch" },
);
console.log(/1 value is not positive, and not shown\./.test(svg)); // true
// #endregion example
