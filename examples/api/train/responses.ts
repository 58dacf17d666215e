// #region example
import { add, boundaryPoints, type Field, laplacian, responses, uniformPoints } from "metrigrad";

// Δu = −1 in the unit square, u = 0 on its boundary.
const box = { low: [0, 0], high: [1, 1] };
const problem = responses({
  interior: { at: uniformPoints(900, box), of: (u: Field, x) => add(laplacian(u, x), 1) },
  boundary: { at: boundaryPoints(120, box), of: (u: Field, x) => u(x), weight: 10 },
});
console.log(Object.keys(problem.parts)); // [ 'interior', 'boundary' ]
console.log(problem.parts.boundary?.weight); // 10
// #endregion example
