// #region example
import { adam, cpu, dense, groups, mean, rngd, sequential, square, sub, tanh, trainingStep } from "metrigrad";

const backend = await cpu();
const model = sequential(dense(1, 4, { activation: tanh }), dense(4, 1));
const store = await backend.store(model, { seed: 1 });
const optimizer = groups({ "dense0/**": rngd({ average: null }), others: adam({ learningRate: 0.01 }) });
const step = await trainingStep(store, {
  optimizer,
  feeds: { x: [3, 1], y: [3, 1] },
  loss: ({ x, y }, { apply }) => mean(square(sub(apply(model, x), y))),
});
for (let i = 0; i < 300; i++) await step.run({ x: [[-1], [0], [1]], y: [[1], [0], [1]] });
const { loss } = await step.run({ x: [[-1], [0], [1]], y: [[1], [0], [1]] });
console.log(loss < 0.01); // true
await backend.close();
// #endregion example
