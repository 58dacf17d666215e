/** How many dispatches a training step takes in mode webgpu. Each costs microseconds on a graphics card. */
import {
  adam,
  categorical,
  compile,
  cpu,
  dense,
  input,
  neg,
  type Optimizer,
  relu,
  rngd,
  type Store,
  sequential,
  sgd,
  tensor,
  trainingStep,
} from "metrigrad";
import test from "tape";
import { onWebGpu } from "../packages/gpu/test/support/adapter.ts";

const layer = (inputs: number) => dense(inputs, 80, { activation: relu });
const model = sequential(layer(784), layer(80), layer(80), dense(80, 10));
const batch = {
  x: tensor(
    Float32Array.from({ length: 50 * 784 }, (_, i) => Math.sin(i * i)),
    { shape: [50, 784] },
  ),
  label: tensor(Int32Array.from({ length: 50 }, (_, i) => (i * 7) % 10)),
};

/** Takes a step; its dispatches, its times, and the loss of the next step. */
async function stepOf(store: Store, optimizer: Optimizer) {
  const step = await trainingStep(store, {
    ...{ optimizer, l2: 1e-3, feeds: { x: [50, 784], label: { shape: [50], type: "i32" } } },
    loss: ({ x, label }, { apply, observe }) => neg(observe(apply(model, x), categorical(), label)),
  });
  const before = step.dispatches;
  await step.advance(batch);
  await step.check();
  const { dispatches } = step;
  const times = step.profile();
  const { loss } = await step.run(batch);
  await step.close();
  return { before, dispatches, times, loss };
}

test("a training step on webgpu takes few dispatches, and is the one of the cpu", async (t) => {
  await onWebGpu(t, async (backend) => {
    const host = await cpu({ threads: 1 });
    for (const [name, optimizer, most] of [
      ["sgd", () => sgd({ learningRate: 0.1 }), 24],
      ["adam", () => adam(), 26],
      ["rngd", () => rngd(), 60],
    ] as const) {
      const store = await backend.store(model, { seed: 1 });
      const [got, expected] = [
        await stepOf(store, optimizer()),
        await stepOf(await host.store(model, { seed: 1 }), optimizer()),
      ];
      await store.close();
      const found = got.dispatches ?? 0;
      t.equal(got.before, null, "nothing is known before the first step");
      t.ok(found > 10 && found <= most, `${name}: ${found} dispatches, at most ${most}`);
      t.ok(Math.abs(got.loss / expected.loss - 1) < 1e-3, `${name}: ${got.loss}, ${expected.loss}`);
      t.equal(expected.dispatches, null, "the cpu has none");
      for (const { times } of [got, expected]) {
        const products = times.find(({ kind }) => kind === "matmul");
        t.ok(products && products.count >= 11 && products.seconds > 0, "products take time");
      }
    }
    await host.close();
  });
});

test("program.dispatches counts the dispatches of one run", async (t) => {
  const outputs = () => [relu(input("x", [4, 3]))];
  const host = await cpu({ threads: 1 });
  const plain = await compile({ outputs: outputs() }, await host.store([]));
  t.equal(plain.dispatches, null);
  await host.close();
  await onWebGpu(t, async (backend) => {
    const program = await compile({ outputs: outputs() }, await backend.store([]));
    t.equal(program.dispatches, 1);
    await program.close();
  });
});
