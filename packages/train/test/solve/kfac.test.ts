/** Residuals of a differential equation by K-FAC, with every kind of damping and step. */
import { tanh } from "@metrigrad/graph";
import { kfacMetrics } from "@metrigrad/metric";
import { dense, sequential } from "@metrigrad/nn";
import {
  chain,
  constantSchedule,
  engd,
  lineSearch,
  type Optimizer,
  precondition,
  quadraticStep,
  reject,
  rngd,
} from "@metrigrad/optim";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { solve } from "../../src/index.ts";
import { waveProblem } from "./problems.ts";

const metrics = kfacMetrics();
const damped = { metrics, relative: 1e-4, absolute: 0 };
const plain = { learningRate: 1, schedule: constantSchedule(), momentum: 0 };
const kept = precondition({ ...damped, over: { average: 0.9, every: 1 } });

const optimizers: Readonly<Record<string, Optimizer>> = {
  "engd, λ by length": engd({ metrics }),
  "engd, λ by the reduction ratio": engd({ metrics, adapt: {}, momentum: 0.9 }),
  "engd, split": engd({ metrics: kfacMetrics({ split: true }), absolute: 1e-4 }),
  "engd, drawn": engd({ metrics: kfacMetrics({ samples: 4 }) }),
  "engd, along the diagonal": engd({ metrics, dampedBy: "diagonal" }),
  "the step of a quadratic model, and a line search": chain(
    precondition(damped),
    quadraticStep({ damped: false }),
    lineSearch({ trials: 24 }),
    reject(),
  ),
  "rngd, λ by the reduction ratio": rngd({
    metrics,
    ...plain,
    absolute: 100,
    adapt: { every: 1 },
    reject: 0,
  }),
  "averages, and a line search": chain(kept, lineSearch(), reject()),
};

const net = () => sequential(dense(1, 6, { activation: tanh }), dense(6, 1));

for (const [name, optimizer] of Object.entries(optimizers)) {
  test(`solve by K-FAC: ${name}: the first step lowers the loss, and others go on`, async (t) => {
    const losses: number[] = [];
    for (const steps of [1, 2, 12]) {
      const { history, close } = await solve(net(), waveProblem(12), {
        optimizer,
        steps,
        seed: 3,
        backend: reference,
        evaluate: { every: 1, of: {} },
      });
      losses.push(history.at(-1)?.loss ?? Number.NaN);
      await close();
    }
    const [first = 0, second = 0, last = 0] = losses;
    t.ok(second < first && last < 0.5 * second, losses.join(", "));
  });
}
