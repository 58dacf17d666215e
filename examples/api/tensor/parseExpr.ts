// #region example
import { compileExpr, derivative, parseExpr, printExpr } from "metrigrad";

const f = parseExpr("(x, y) => x ** 2 * y + exp(x)");
console.log(compileExpr(f)([2, 3]).toFixed(4)); // 19.3891

// The derivative by x, as an expression again.
const slope = derivative(f, 0);
console.log(slope === null ? "0" : printExpr(slope, { args: ["x", "y"] })); // exp(x) + y * x + y * x
// #endregion example
