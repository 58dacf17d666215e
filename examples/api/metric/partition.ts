// #region example
import { dense, explain, partition, sequential, tanh } from "metrigrad";

const [first, second] = [dense(4, 3, { activation: tanh }), dense(3, 3)];
const model = sequential(first, second, dense(3, 2));
// The first two layers are one subsystem.
const metrics = partition(model, [first, second]);
const { rows } = explain(model, { batchSize: 20, metrics });
console.log(rows.map(({ path }) => path)); // [ 'dense0 + dense1', 'dense2' ]
console.log(rows[0]?.layout); // 1 × [27, 27]
// #endregion example
