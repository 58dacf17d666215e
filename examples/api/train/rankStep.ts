// #region example
import { adam, categorical, cpu, dense, mnist, rankStep, relu, sequential } from "metrigrad";

const backend = await cpu();
const model = sequential(dense(784, 32, { activation: relu }), dense(32, 10));
const data = await mnist({ split: [500, 0, 0] });
const training = { data, likelihood: categorical(), optimizer: adam(), batchSize: 50 };
const step = await rankStep(
  model,
  { ...training, epochs: 1, seed: 1, backend },
  { rank: 0, size: 64 },
);
const [program] = step.programs;
// The gradients of 25,450 parameters and the loss, 4 bytes each, in one message.
console.log(program?.stages[0]?.exchanges); // [ { kind: 'allreduce', bytes: 101804 } ]
const { compute } = await step.measure();
console.log(compute < 1, step.bytes < 10e6); // true true
await backend.close();
// #endregion example
