// #region example
import { cpu, dense, mean, sgd, square, sub, trainingStep } from "metrigrad";

const backend = await cpu();
const model = dense(1, 1);
const store = await backend.store(model, { seed: 1 });
const step = await trainingStep(store, {
  optimizer: sgd({ learningRate: 0.1 }),
  feeds: { x: [3, 1], y: [3, 1] },
  loss: ({ x, y }, { apply }) => mean(square(sub(apply(model, x), y))),
});
for (let i = 0; i < 500; i++) await step.run({ x: [[1], [2], [3]], y: [[3], [5], [7]] });
const [slope, offset] = (await store.read("w")).data();
console.log(slope?.toFixed(2), offset?.toFixed(2)); // 2.00 1.00
await backend.close();
// #endregion example
