// #region example
import { checkOp, defElementwise } from "metrigrad";

const snake = defElementwise({ name: "snake", f: "x + sin(x) ** 2" });
const report = await checkOp(snake, [{ name: "points", inputs: [[-1, 0, 2]], shape: [3] }]);
console.log(report.results.every(({ error, tolerance }) => error <= tolerance)); // true

// A case that states a wrong value.
const wrong = checkOp(snake, [{ name: "zero", inputs: [0], value: 1 }]);
console.log(await wrong.catch((error) => error.name)); // GraphError
// #endregion example
