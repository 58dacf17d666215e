// #region example
import {
  adam,
  cpu,
  dense,
  groups,
  mean,
  sequential,
  sgd,
  square,
  sub,
  trainingStep,
} from "metrigrad";

const backend = await cpu();
const model = sequential(dense(1, 4), dense(4, 1));
const store = await backend.store(model, { seed: 1 });
const step = await trainingStep(store, {
  optimizer: groups({ "dense0/**": sgd({ learningRate: 0.01 }), others: adam() }),
  feeds: { x: [3, 1], y: [3, 1] },
  loss: ({ x, y }, { apply }) => mean(square(sub(apply(model, x), y))),
});
for (let i = 0; i < 1000; i++) await step.run({ x: [[1], [2], [3]], y: [[3], [5], [7]] });
const { loss } = await step.run({ x: [[1], [2], [3]], y: [[3], [5], [7]] });
console.log(loss < 0.01); // true
await backend.close();
// #endregion example
