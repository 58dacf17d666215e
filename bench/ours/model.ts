import {
  adam,
  type Backend,
  categorical,
  mean,
  neg,
  sgd,
  tensor,
  trainingStep,
  variable,
} from "metrigrad";
import type { Contestant } from "../contestant.ts";
import { checkedModelSteps, type ModelProblem } from "../problems.ts";
import { moduleOf, writtenWeights } from "./models.ts";
import { held } from "./program.ts";

/** Steps of training a model, without the guard against what is not finite; its batch is resident. */
export async function modelContestant(
  backend: Backend,
  problem: ModelProblem,
): Promise<Contestant> {
  const { optimizer, learningRate, x, labels } = problem;
  const model = moduleOf(problem);
  const inputs = held("x", x.shape, x.values);
  const classes = variable("labels", [labels.length], {
    ...{ type: "i32", role: "data" },
    init: () => labels,
  });
  const store = await backend.store(model);
  await store.add([inputs, classes].map(({ attrs }, at) => ({ path: `data${at}`, spec: attrs })));
  for (const [name, values] of Object.entries(writtenWeights(problem))) {
    const found = store.variables.find(({ path }) => path.endsWith(`/${name}`));
    if (found === undefined) throw new Error(`the model must have a weight ${name}`);
    const whole = new Float32Array(found.spec.shape.reduce((size, n) => size * n, 1));
    whole.set(values);
    await store.write(found.spec, tensor(whole, { shape: found.spec.shape }));
  }
  const law = categorical();
  const step = await trainingStep(store, {
    optimizer: optimizer === "adam" ? adam({ learningRate }) : sgd({ learningRate }),
    feeds: {},
    loss: (_, { apply }) => neg(mean(law.logProb(classes, apply(model, inputs)))),
    checkFinite: false,
  });
  const settled = () => store.read(model.variables[0]?.spec ?? inputs.attrs);
  return {
    result: async () => {
      const losses: number[] = [];
      for (let i = 0; i < checkedModelSteps; i++) losses.push((await step.run({})).loss);
      await step.advance({});
      await settled();
      return losses;
    },
    time: async (count) => {
      const begun = performance.now();
      for (let i = 0; i < count; i++) await step.advance({});
      await settled();
      return (performance.now() - begun) / 1000;
    },
    close: async () => {
      await step.close();
      await store.close();
    },
  };
}
