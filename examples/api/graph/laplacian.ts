// #region example
import { constant, cpu, evaluate, laplacian, type Node, square, sum, tensor } from "metrigrad";

// u(x, y) = (x² + y²)², so Δu = 16(x² + y²).
const u = (points: Node) => square(sum(square(points), { axis: 1 }));
const points = constant(
  tensor([
    [1, 0],
    [1, 2],
  ]),
);

const backend = await cpu();
const store = await backend.store([]);
console.log((await evaluate(laplacian(u, points), { store })).toArray()); // [ 16, 80 ]
await backend.close();
// #endregion example
