// #region example
import {
  add,
  dense,
  type Field,
  laplacian,
  responses,
  sequential,
  solve,
  uniformPoints,
} from "metrigrad";

// u″ + 2 = 0 with u(0) = u(1) = 0: the solution is x(1 − x).
const problem = responses({
  interior: {
    at: uniformPoints(50, { low: [0], high: [1] }),
    of: (u: Field, x) => add(laplacian(u, x), 2),
  },
  boundary: { at: [[0], [1]], of: (u: Field, x) => u(x), weight: 10 },
});
const model = sequential(dense(1, 10, { activation: "tanh" }), dense(10, 1));
const solved = await solve(model, problem, { steps: 60, seed: 1 });
console.log((await solved.at([[0.5]])).data()[0]?.toFixed(2)); // 0.25
await solved.close();
// #endregion example
