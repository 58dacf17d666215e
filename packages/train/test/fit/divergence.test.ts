import { dataSet } from "@metrigrad/data";
import { log, matmul, mul, sub } from "@metrigrad/graph";
import { categorical, defModule, dense, ones, param, sequential } from "@metrigrad/nn";
import { adam, type Optimizer, sgd } from "@metrigrad/optim";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { DivergenceError, type FitOptions, fit } from "../../src/index.ts";

/** Takes logarithms: NaN for a negative input. */
const logScale = defModule({
  name: "logScale",
  params: { w: param([2], ones, { decay: "none" }) },
  apply: ({ w }, x) => ({ response: mul(log(x), w) }),
});

const bad = 17;
const rows = 40;
const values = Float64Array.from({ length: 2 * rows }, (_, at) => 1 + ((7 * at) % 11) / 10);
const labels = tensor(Int32Array.from({ length: rows }, (_, row) => row % 2));
const clean = { inputs: tensor(values, { shape: [rows, 2] }), targets: labels };
const holed = {
  inputs: tensor(
    values.map((value, at) => (at === 2 * bad + 1 ? -1 : value)),
    { shape: [rows, 2] },
  ),
  targets: labels,
};
const sets = [clean, holed].map((train) =>
  dataSet({ name: "logs", train, valid: clean, test: clean, classes: 2 }),
);

const options: FitOptions = {
  data: sets[1] as (typeof sets)[number],
  likelihood: categorical(),
  optimizer: sgd(),
  batchSize: 5,
  epochs: 3,
  seed: 4,
  backend: reference,
};

async function failure(run: ReturnType<typeof fit>): Promise<DivergenceError> {
  try {
    await run.finish();
  } catch (error) {
    if (error instanceof DivergenceError) return error;
    throw error;
  }
  throw new Error("the run must diverge");
}

test("a value that is not finite stops the run and is named by module, op and batch", async (t) => {
  const model = () => sequential(logScale(), dense(2, 2));
  for (const checkEvery of [1, 3, 100]) {
    const error = await failure(fit(model(), { ...options, checkEvery }));
    const { place } = error;
    t.equal(place.module, "logScale0");
    t.equal(place.op, "log");
    t.equal(place.data?.epoch, 1);
    t.equal(place.step, place.data?.batch);
    t.ok(place.data?.rows?.includes(bad), "its rows hold the bad one");
    t.equal(place.data?.rows?.length, 5);
    t.match(
      error.message,
      /^fit: the loss and every update must be finite, got NaN from log \[5, 2\] in logScale0 on the way to the loss, in batch \d of epoch 1, step \d; the state is as before that step: lower the learning rate/,
    );
  }
});

test("the state is frozen as it was before that step, the optimizer's and the counters included", async (t) => {
  for (const optimizer of [sgd({ learningRate: 0.1 }), adam()] as Optimizer[]) {
    const run = fit(sequential(logScale(), dense(2, 2)), { ...options, optimizer });
    const { step } = (await failure(run)).place;
    t.ok(step > 1, `it fails at step ${step}`);
    const counter = run.store.variables.find(({ path }) => /^optimizer\/\w+\/step\//.test(path));
    t.equal((await run.store.read(counter?.path ?? "")).item(), step - 1);
    // The same run on clean data, stopped just before.
    let steps = 0;
    const stop = new Error("stop");
    const same = fit(sequential(logScale(), dense(2, 2)), {
      ...options,
      optimizer,
      data: sets[0] as (typeof sets)[number],
      onStep: () => {
        if (++steps === step - 1) throw stop;
      },
    });
    try {
      await same.finish();
      t.fail("it must stop");
    } catch (error) {
      t.equal(error, stop);
    }
    for (const { path, spec } of run.store.variables) {
      if (spec.role === "data") continue;
      const [frozen, before] = await Promise.all([run.store.read(path), same.store.read(path)]);
      t.deepEqual(frozen.toArray(), before.toArray(), `${optimizer.name}: ${path}`);
    }
  }
});

test("an update that overflows is found, and the store can go on with another learning rate", async (t) => {
  const model = sequential(dense(2, 2));
  const store = await (await reference()).store(model, { seed: 1 });
  const data = sets[0] as (typeof sets)[number];
  const { backend: _, ...others } = options;
  const wild = {
    ...others,
    data,
    store,
    optimizer: sgd({ learningRate: 1e308 * 1.7 }),
    l2: 10,
  };
  const error = await failure(fit(model, wild));
  t.match(error.message, /got -?(Infinity|NaN) from \w+ .*on the way to the update of dense0\/w/);
  const w = await store.read("dense0/w");
  t.ok(w.data().every(Number.isFinite));
  const events = await fit(model, { ...wild, optimizer: sgd() }).finish();
  t.equal(events.length, 3);
});

test("values that are not finite to begin with are named as the variable they are", async (t) => {
  const model = sequential(dense(2, 2));
  const store = await (await reference()).store(model, { seed: 1 });
  const { backend: _, ...others } = options;
  await store.write("dense0/w", tensor(new Array(6).fill(Number.NaN), { shape: [3, 2] }));
  const error = await failure(fit(model, { ...others, store }));
  t.match(error.message, /got NaN from variable dense0\/w .*step 1;/);
});

test("a later phase's failure is found with what the earlier ones of the step changed", async (t) => {
  // Every second step first lowers a scale, whose logarithm enters the update.
  const shrinking: Optimizer = {
    name: "shrinking",
    settings: {},
    update: ({ parameters }) => {
      const [{ variable }] = parameters as [(typeof parameters)[0]];
      return [
        { every: 2, updates: [[variable, sub(variable, 1)]] },
        { every: 1, updates: [[variable, mul(variable, log(variable))]] },
      ];
    },
  };
  const error = await failure(
    fit(sequential(single()), {
      ...options,
      optimizer: shrinking,
      data: sets[0] as (typeof sets)[number],
    }),
  );
  t.equal(error.place.step, 1);
  t.match(error.message, /got (-Infinity|NaN) from (log|mul)/);
});

/** One scale w, 1 to begin with: after w − 1 = 0 comes w ln w = NaN. */
const single = defModule({
  name: "single",
  params: { w: param([2, 2], ones) },
  apply: ({ w }, x) => matmul(x, w),
});
