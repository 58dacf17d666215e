// #region example
import { dense, explain, linearRows, metrics, plain, scaleUses, sequential, tanh } from "metrigrad";

const model = sequential(dense(4, 3, { activation: tanh }), dense(3, 2));
const formsBy = (table: ReturnType<typeof metrics>) =>
  explain(model, { batchSize: 20, metrics: table }).rows.map(
    ({ path, form }) => `${path}: ${form}`,
  );

// A table of rows, and an approximation of the whole model's Fisher information.
console.log(formsBy(metrics(linearRows({ sigma: 0.5 }), plain(scaleUses)))); // [ 'dense0: sharedGram', 'dense1: sharedGram' ]
console.log(formsBy(metrics.kfac())); // [ 'dense0: K-FAC', 'dense1: K-FAC' ]
// #endregion example
