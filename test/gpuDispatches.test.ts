/** How many dispatches a training step takes in mode webgpu. Each costs microseconds on a graphics card. */
import {
  adam,
  categorical,
  compile,
  cpu,
  dense,
  type Executable,
  input,
  neg,
  type Optimizer,
  type Plan,
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

/** A store that keeps the programs that are made for it. */
function watched(store: Store): { readonly store: Store; readonly made: Executable[] } {
  const made: Executable[] = [];
  const prepare = async (plan: Plan) => {
    const executable = await store.prepare(plan);
    made.push(executable);
    return executable;
  };
  const get = (target: Store, name: keyof Store) => {
    if (name === "prepare") return prepare;
    const value = target[name];
    return typeof value === "function" ? value.bind(target) : value;
  };
  return {
    store: new Proxy(store, { get: (target, name) => get(target, name as keyof Store) }),
    made,
  };
}

const layer = (inputs: number) => dense(inputs, 80, { activation: relu });
const model = sequential(layer(784), layer(80), layer(80), dense(80, 10));
const batch = {
  x: tensor(
    Float32Array.from({ length: 50 * 784 }, (_, i) => Math.sin(i * i)),
    { shape: [50, 784] },
  ),
  label: tensor(Int32Array.from({ length: 50 }, (_, i) => (i * 7) % 10)),
};

/** Takes a step; the dispatches of its largest program, and the loss of the next step. */
async function stepOf(plain: Store, optimizer: Optimizer) {
  const { store, made } = watched(plain);
  const step = await trainingStep(store, {
    ...{ optimizer, l2: 1e-3, feeds: { x: [50, 784], label: { shape: [50], type: "i32" } } },
    loss: ({ x, label }, { apply, observe }) => neg(observe(apply(model, x), categorical(), label)),
  });
  await step.advance(batch);
  await step.check();
  const dispatches = made.map((one) => one.dispatches ?? null);
  const { loss } = await step.run(batch);
  await step.close();
  return { dispatches, loss };
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
      const found = Math.max(...got.dispatches.map(Number));
      t.ok(found > 10 && found <= most, `${name}: ${found} dispatches, at most ${most}`);
      t.ok(Math.abs(got.loss / expected.loss - 1) < 1e-3, `${name}: ${got.loss}, ${expected.loss}`);
      t.ok(
        expected.dispatches.every((one) => one === null),
        "the cpu has none",
      );
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
