// #region example
import { dense, sequential, tanh } from "metrigrad";

const model = sequential(dense(2, 8, { activation: tanh }), dense(8, 3));
console.log(model.variables.map(({ path }) => path)); // [ 'dense0/w', 'dense1/w' ]
// #endregion example
