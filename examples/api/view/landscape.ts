// #region example
import { landscape } from "metrigrad";

const axis = (title: string) => ({ title, range: [-1, 1] as const });
const places = [0.75, 0.25, -0.25, -0.75];
const values = places.map((b) => places.map((a) => a * a + 4 * b * b));
const paths = {
  "gradient descent": [
    [0.9, 0.8],
    [0.5, 0],
    [0.2, 0],
  ] as const,
};
const svg = landscape({ x: axis("a"), y: axis("b"), values, paths }, { quantity: "cost" });
console.log(/<desc[^>]*>b against a with gradient descent\.</.test(svg)); // true
// #endregion example
