/** Training: the paper's network learns MNIST with relative natural gradients. */
import { categorical, dense, fit, mnist, relu, rngd, sequential } from "metrigrad";

// #region train
const model = sequential(
  dense(784, 80, { activation: relu }),
  dense(80, 80, { activation: relu }),
  dense(80, 10),
);
const run = fit(model, {
  data: await mnist(),
  likelihood: categorical(),
  optimizer: rngd(),
  batchSize: 50,
  epochs: 5,
  seed: 1,
});
for await (const epoch of run) console.log(epoch.trainCost, epoch.validAccuracy);
// #endregion

// #region test
const { cost, accuracy } = await run.test();
console.log("test cost and accuracy:", cost, accuracy);
// #endregion

await run.close();
