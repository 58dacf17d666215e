import test from "tape";
import {
  categorical,
  cpu,
  dataSet,
  defaultBackend,
  dense,
  fit,
  rngd,
  sequential,
  sgd,
  streamData,
  tensor,
} from "../src/index.ts";

const rows = {
  inputs: tensor([[0], [1], [0], [1]]),
  targets: tensor(Int32Array.of(0, 1, 0, 1)),
};
const options = {
  data: dataSet({ name: "bit", train: rows, valid: rows, test: rows, classes: 2 }),
  likelihood: categorical(),
  optimizer: sgd({ learningRate: 1 }),
  batchSize: 2,
  epochs: 20,
  seed: 1,
};

test("fit runs on the cpu where no backend is given", async (t) => {
  const run = fit(sequential(dense(1, 2)), options);
  const events = await run.finish();
  t.equal(run.store.backend, await defaultBackend());
  t.match(run.store.backend.describe(), /^cpu/);
  t.equal(events.at(-1)?.validAccuracy, 1);
  await run.close();
});

test("fit without options is refused", (t) => {
  t.throws(
    () => fit(sequential(dense(1, 2)), undefined as never),
    /fit: options must be an object/,
  );
  t.end();
});

test("many runs do not add to the memory of the default backend", async (t) => {
  const describe = async () => (await defaultBackend()).describe();
  const train = async () => {
    const run = fit(sequential(dense(1, 2)), { ...options, epochs: 1 });
    await run.finish();
    await run.test();
    await run.close();
  };
  await train();
  const before = await describe();
  for (let k = 0; k < 5; k++) await train();
  t.equal(await describe(), before);
});

test("after the default backend was closed, the next fit makes another one", async (t) => {
  const first = await defaultBackend();
  t.equal(await defaultBackend(), first, "one per process");
  await first.close();
  const run = fit(sequential(dense(1, 2)), { ...options, epochs: 1 });
  t.equal((await run.finish()).length, 1);
  const second = await defaultBackend();
  t.notEqual(second, first);
  t.equal(run.store.backend, second);
  await run.close();
  await second.close();
  const both = await Promise.all([defaultBackend(), defaultBackend()]);
  t.equal(both[0], both[1], "calls at the same time share it");
});

test("a given store is used as it is", async (t) => {
  const backend = await cpu();
  const model = sequential(dense(1, 2));
  const store = await backend.store(model);
  const run = fit(model, { ...options, store });
  await run.finish();
  await run.close();
  t.equal(run.store, store);
  t.ok(store.has("dense0/w"), "and stays open");
  await backend.close();
});

test("bytes, weights and streams train on the cpu as they do in memory of the host", async (t) => {
  const rows = 64;
  const bytes = Uint8Array.from({ length: 3 * rows }, (_, at) => (37 * at) % 251);
  const split = {
    inputs: tensor(bytes, { shape: [rows, 3] }),
    targets: tensor(
      Int32Array.from({ length: rows }, (_, row) => ((bytes[3 * row] as number) > 120 ? 1 : 0)),
    ),
    weights: tensor(Float32Array.from({ length: rows }, (_, row) => 1 + (row % 3))),
  };
  const stored = dataSet({ train: split, inputScale: 1 / 255, classes: 2 });
  const fed = streamData({ train: () => [split], rows, inputScale: 1 / 255, classes: 2 });
  const backend = await cpu();
  const costs: number[] = [];
  for (const data of [stored, fed]) {
    const run = fit(sequential(dense(3, 8, { activation: "tanh" }), dense(8, 2)), {
      ...{ data, likelihood: categorical(), optimizer: rngd({ learningRate: 0.3 }), epochs: 30 },
      ...{ seed: 1, backend, evaluate: { train: true } },
      ...(data === stored ? { batchSize: rows } : {}),
    });
    costs.push((await run.finish()).at(-1)?.trainCost as number);
    await run.close();
  }
  t.ok(
    costs.every((cost) => cost < 0.5),
    `${costs}`,
  );
  t.ok(Math.abs((costs[0] as number) - (costs[1] as number)) < 1e-3);
  await backend.close();
});
