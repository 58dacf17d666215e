/** A network of 104 million parameters, 784-4096-…-4096-10 with seven hidden layers, on MNIST; its own optimizer is K-FAC. */
import { categorical, dense, metrics, mnist, relu, rngd, sequential } from "metrigrad";

const hidden = Array.from({ length: 7 }, (_, at) =>
  dense(at === 0 ? 784 : 4096, 4096, { activation: relu }),
);

export const model = sequential(...hidden, dense(4096, 10));
export const likelihood = categorical;
/** Factors of one draw of the model's own classes, made anew every 30 steps, as those of the autoencoder. */
export const optimizer = rngd({
  metrics: metrics.kfac({ samples: 1, split: true }),
  over: { every: 30 },
  learningRate: 0.05,
  absolute: 0.1,
  // Eight pairs of factors of order 4,096 are more than a step may take by default.
  workBudget: 1e13,
});
/** As many rows as one rank alone has at most. */
export const data = () => mnist({ split: [4096, 0, 0] });
