// #region example
import { dense, explain, sequential, standardMetrics, tanh } from "metrigrad";

const model = sequential(dense(784, 80, { activation: tanh }), dense(80, 10));
const { rows, bytes } = explain(model, { batchSize: 50, metrics: standardMetrics });
console.log(rows.map(({ path, layout }) => `${path}: ${layout}`).join("; ")); // dense0: 80 × [785, 785]; dense1: 1 × [81, 81], for 10 units
console.log(rows.map(({ solver }) => solver)); // [ 'woodbury', 'woodbury' ]
console.log(`${(bytes / 1e6).toFixed(1)} MB`); // 1.6 MB
// #endregion example
