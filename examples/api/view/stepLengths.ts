// #region example
import { cpu, dense, mean, rngd, square, stepLengths, sub, trainingStep } from "metrigrad";

const backend = await cpu();
const model = dense(1, 1);
const store = await backend.store(model, { seed: 1 });
const step = await trainingStep(store, {
  optimizer: rngd({ learningRate: 0.5 }),
  feeds: { x: [3, 1], y: [3, 1] },
  loss: ({ x, y }, { apply }) => mean(square(sub(apply(model, x), y))),
  report: true,
});
const reports = [];
for (let at = 0; at < 5; at++) {
  const { report } = await step.run({ x: [[0], [1], [2]], y: [[1], [3], [5]] });
  if (report !== null) reports.push(report);
}
const svg = stepLengths(reports, { title: "How far each step goes" });
console.log(svg.includes("length of the step, √nats")); // true
// #endregion example
await step.close();
await backend.close();
