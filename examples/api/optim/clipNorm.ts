// #region example
import { chain, clipNorm, cpu, dense, scale, sum, trainingStep } from "metrigrad";

const backend = await cpu();
const model = dense(1, 1);
const store = await backend.store(model, { seed: 1 });
const step = await trainingStep(store, {
  optimizer: chain(clipNorm(1), scale(0.1)),
  feeds: { x: [1, 1] },
  loss: ({ x }, { apply }) => sum(apply(model, x)),
  report: true,
});
const { report } = await step.run({ x: [[7]] }); // the gradient is (7, 1)
console.log(Number(report?.quantities.norm).toFixed(3)); // 7.071
await backend.close();
// #endregion example
