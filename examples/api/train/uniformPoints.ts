// #region example
import { type Field, laplacian, type Node, responses, uniformPoints } from "metrigrad";

const at = uniformPoints(100, { low: [0, -1], high: [1, 1] });
console.log(at.shape, at.random); // [ 100, 2 ] true
// The points of a part are drawn anew every 10 steps.
const interior = { at, resample: 10, of: (u: Field, x: Node) => laplacian(u, x) };
const problem = responses({ interior });
console.log(problem.parts.interior?.resample); // 10
// #endregion example
