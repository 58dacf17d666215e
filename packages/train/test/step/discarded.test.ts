/** Applications of which no gradient comes to the loss have no part in the metric. */
import { add, mean, mul, type Node, square, stopGradient } from "@metrigrad/graph";
import { batchNorm, dense, gaussian, gru, type Module, sequential } from "@metrigrad/nn";
import { rngd } from "@metrigrad/optim";
import { reference, tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";
import { type StepContext, trainingStep } from "../../src/index.ts";

type Extra = (context: StepContext, model: Module, x: Node, y: Node) => Node | null;

/** The parameters after a step whose loss has something beside it. */
async function after(model: Module, shape: readonly number[], extra: Extra): Promise<number[]> {
  const backend = await reference();
  const store = await backend.store(model, { seed: 3 });
  const step = await trainingStep(store, {
    optimizer: rngd({ absolute: 0.01 }),
    feeds: { x: shape },
    loss: ({ x }, context) => {
      const output = context.apply(model, x);
      const cost = mean(square(output));
      const beside = extra(context, model, mul(x, 2), output);
      return beside === null ? cost : add(cost, beside);
    },
  });
  const draws = uniformStream({ seed: 4, path: "x" });
  const size = shape.reduce((product, length) => product * length, 1);
  await step.run({
    x: tensor(
      Float64Array.from({ length: size }, (_, i) => draws.normal(i)),
      { shape },
    ),
  });
  const values = await Promise.all(
    store.variables
      .filter(({ spec }) => spec.role === "parameter")
      .map(({ spec }) => store.read(spec)),
  );
  await backend.close();
  return values.flatMap((value) => [...value.data()]);
}

const none: Extra = () => null;
const models: readonly (readonly [name: string, make: () => Module, shape: readonly number[]])[] = [
  ["dense", () => sequential(dense(2, 3, { activation: "tanh" }), dense(3, 1)) as Module, [5, 2]],
  ["batchNorm", () => sequential(dense(2, 3), batchNorm(3), dense(3, 1)) as Module, [5, 2]],
  ["gru", () => gru(2, 2) as Module, [4, 3, 2]],
];

for (const [name, make, shape] of models) {
  test(`stepGraph, ${name}: a second application counts in the metric where the loss or an observation has it`, async (t) => {
    const model = make();
    const alone = await after(model, shape, none);
    const discarded: Extra = ({ apply }, own, x) => {
      apply(own, x);
      return null;
    };
    t.deepEqual(await after(model, shape, discarded), alone, "discarded");
    const stopped: Extra = ({ apply }, own, x) => mean(stopGradient(apply(own, x) as Node));
    t.deepEqual(await after(model, shape, stopped), alone, "behind a stopped gradient");
    // Nothing of it is in the gradient, all of it in the metric.
    const counted: Extra = ({ apply }, own, x) => mul(mean(apply(own, x) as Node), 1e-30);
    t.notDeepEqual(await after(model, shape, counted), alone, "in the loss");
    const observed: Extra = ({ apply, observe }, own, x) => {
      observe(apply(own, x) as Node, gaussian());
      return null;
    };
    t.notDeepEqual(await after(model, shape, observed), alone, "observed");
  });
}
