// #region example
import { adam, cpu, dense, mean, square, sub, trainingStep } from "metrigrad";

const backend = await cpu();
const model = dense(1, 1);
const store = await backend.store(model, { seed: 1 });
const step = await trainingStep(store, {
  optimizer: adam({ learningRate: 0.1 }),
  feeds: { x: [3, 1], y: [3, 1] },
  loss: ({ x, y }, { apply }) => mean(square(sub(apply(model, x), y))),
});
let loss = Infinity;
while (loss > 1e-3) ({ loss } = await step.run({ x: [[0], [1], [2]], y: [[1], [3], [5]] }));
console.log(step.count < 500); // true
await step.close();
await backend.close();
// #endregion example
