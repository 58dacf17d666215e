/** How runs begin and end: abort, early stopping, evaluation, stores and what they hold. */
import { dataSet, streamData } from "@metrigrad/data";
import { abs, add, mean, sub } from "@metrigrad/graph";
import { categorical, dense, gaussian, sequential } from "@metrigrad/nn";
import { adam, sgd } from "@metrigrad/optim";
import { GraphError, reference, type Store, tensor } from "@metrigrad/tensor";
import test from "tape";
import { resident } from "../../src/data/resident.ts";
import { type EpochEvent, type FitOptions, fit } from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { toyData, toyModel } from "../toy.ts";

const options = {
  data: toyData(),
  likelihood: categorical(),
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 12,
  epochs: 4,
  seed: 1,
} as const;

async function values(store: Store) {
  const own = store.variables.filter(({ spec }) => spec.role !== "data");
  const read = async ({ path }: { path: string }) => [path, (await store.read(path)).toArray()];
  return Object.fromEntries(await Promise.all(own.map(read)));
}

test("a signal ends the run before the next step; the state stays and goes on", async (t) => {
  const through = fit(toyModel(), { ...options, backend: reference });
  const whole = await through.finish();
  t.notOk(through.aborted);
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: 1 });
  const control = new AbortController();
  const run = fit(model, {
    ...options,
    store,
    signal: control.signal,
    onStep: ({ step }) => step === 10 && control.abort(),
  });
  const events = await run.finish();
  t.deepEqual([events.length, run.aborted, run.history.length], [1, true, 1]);
  t.equal((await store.read("optimizer/adam/step/dense0/w")).item(), 10);
  const rest = await fit(model, { ...options, store }).finish();
  t.deepEqual(
    rest.map(({ epoch, validCost }) => [epoch, validCost]),
    whole.slice(1).map(({ epoch, validCost }) => [epoch, validCost]),
  );
  t.deepEqual(await values(store), await values(through.store));
  const never = fit(model, { ...options, store, signal: control.signal });
  t.deepEqual(
    [await never.finish(), never.aborted],
    [[], true],
    "one that is aborted before it begins",
  );
});

test("stop ends a run from inside, close ends it from outside", async (t) => {
  const run = fit(toyModel(), { ...options, backend: reference });
  for await (const { epoch } of run) if (epoch === 2) run.stop();
  t.deepEqual([run.history.length, run.aborted], [2, true]);
  t.ok(Number.isFinite((await run.test()).cost), "it can be evaluated");
  await run.close();
  await run.close();
});

test("a backend that is closed meanwhile is told as what it is, not as what goes wrong at the end", async (t) => {
  const backend = await reference();
  const run = fit(toyModel(), {
    ...options,
    backend,
    onStep: async ({ step }) => {
      if (step === 3) await backend.close();
    },
  });
  const said = await run.finish().then(
    () => "",
    (error: Error) => error.message,
  );
  t.match(said, /must be open/);
  t.doesNotMatch(said, /store\.remove/);
});

test("onStep is awaited, and has the loss where it is asked for", async (t) => {
  let inside = 0;
  const losses: number[] = [];
  const run = fit(toyModel(), {
    ...options,
    backend: reference,
    epochs: 2,
    stepLoss: true,
    onStep: async ({ loss = Number.NaN }) => {
      t.equal(++inside, 1, "one at a time");
      await new Promise((done) => setTimeout(done, 1));
      losses.push(loss);
      inside--;
    },
  });
  await run.finish();
  t.equal(losses.length, 14);
  t.ok(losses.every(Number.isFinite) && (losses[13] as number) < (losses[0] as number));
  const silent = fit(toyModel(), { ...options, backend: reference, epochs: 2 });
  await silent.finish();
  t.deepEqual(await values(run.store), await values(silent.store), "reading changes nothing");
  const failing = fit(toyModel(), {
    ...options,
    backend: reference,
    onStep: () => Promise.reject(new Error("no more")),
  });
  await rejects(t, failing.finish(), Error, /no more/);
});

/** Noise that a model learns by heart: validation gets worse. */
function overfitted() {
  const split = (from: number) => ({
    inputs: tensor(
      Array.from({ length: 12 }, (_, i) => [Math.sin(from + 7 * i), Math.cos(from + 3 * i)]),
    ),
    targets: tensor(Array.from({ length: 12 }, (_, i) => [Math.sin(99 * (from + i)) * 3])),
  });
  return dataSet({ train: split(0), valid: split(50) });
}

test("early stopping ends with the parameters of the best epoch", async (t) => {
  const model = () => sequential(dense(2, 16, { activation: "tanh" }), dense(16, 1));
  const common = {
    data: overfitted(),
    likelihood: gaussian(),
    optimizer: adam({ learningRate: 0.05 }),
    batchSize: 6,
    seed: 2,
    backend: reference,
  };
  const run = fit(model(), { ...common, epochs: 200, earlyStopping: { patience: 4 } });
  const events = await run.finish();
  const costs = events.map(({ validCost = Number.NaN }) => validCost);
  const least = Math.min(...costs);
  const best = costs.indexOf(least) + 1;
  t.ok(events.length < 200 && events.length === best + 4, `${best} of ${events.length}`);
  t.deepEqual(run.best, { epoch: best, value: least });
  t.equal((await run.evaluate("valid")).cost, least, "restored");
  t.notOk(run.aborted);
  const short = fit(model(), { ...common, epochs: best + 2, earlyStopping: { patience: 50 } });
  await short.finish();
  t.equal((await short.evaluate("valid")).cost, least, "also where the run came to its end");
  const kept = fit(model(), {
    ...common,
    epochs: 200,
    earlyStopping: { patience: 4, restore: false },
  });
  await kept.finish();
  t.equal((await kept.evaluate("valid")).cost, costs.at(-1));
  const coarse = fit(model(), {
    ...common,
    epochs: 200,
    earlyStopping: { patience: 1, minDelta: 1e9 },
  });
  t.equal((await coarse.finish()).length, 2, "no gain is large enough");
});

test("early stopping by accuracy and by an own metric, more or less of which is better", async (t) => {
  const metrics = { off: (output: Parameters<typeof abs>[0]) => mean(abs(output), { axis: 1 }) };
  const base = { ...options, backend: reference, epochs: 40, metrics };
  const at = async (earlyStopping: FitOptions["earlyStopping"] & object) => {
    const run = fit(toyModel(), { ...base, earlyStopping });
    const events = await run.finish();
    return { run, events };
  };
  const accurate = await at({ patience: 3, metric: "accuracy" });
  const accuracies = accurate.events.map(({ validAccuracy = 0 }) => validAccuracy);
  t.equal(accurate.run.best?.value, Math.max(...accuracies));
  const lower = await at({ patience: 3, metric: "off" });
  t.equal(
    lower.run.best?.value,
    Math.min(...lower.events.map(({ validMetrics }) => validMetrics?.off ?? 9)),
  );
  const higher = await at({ patience: 3, metric: "off", higher: true });
  t.equal(
    higher.run.best?.value,
    Math.max(...higher.events.map(({ validMetrics }) => validMetrics?.off ?? 0)),
  );
  const line = dataSet({ train: { inputs: tensor([[1]]), targets: tensor([[1]]) } });
  const none = fit(dense(1, 1), {
    ...options,
    data: line,
    likelihood: gaussian(),
    batchSize: 1,
    backend: reference,
    earlyStopping: { patience: 1, metric: "accuracy" },
  });
  await rejects(
    t,
    none.finish(),
    GraphError,
    /the likelihood must be discrete to have an accuracy/,
  );
});

test("evaluation can be rare, partial or off; the last epoch has it", async (t) => {
  const keys = (events: readonly EpochEvent[]) =>
    events.map((event) =>
      Object.keys(event)
        .filter((key) => /Cost|Accuracy/.test(key))
        .join(),
    );
  const at = async (evaluate: FitOptions["evaluate"] & (object | false)) =>
    keys(await fit(toyModel(), { ...options, backend: reference, evaluate }).finish());
  const all = "trainCost,trainAccuracy,validCost,validAccuracy";
  t.deepEqual(await at(false), ["", "", "", ""]);
  t.deepEqual(await at({ every: 3 }), ["", "", all, all]);
  t.deepEqual(await at({ train: false }), new Array(4).fill("validCost,validAccuracy"));
  t.deepEqual(await at({ valid: false }), new Array(4).fill("trainCost,trainAccuracy"));
  const some = async (rows: number) => {
    const run = fit(toyModel(), { ...options, backend: reference, evaluate: { train: { rows } } });
    return (await run.finish()).at(-1)?.trainCost as number;
  };
  const whole = await some(90);
  t.equal(await some(1000), whole);
  t.ok(Math.abs((await some(60)) - whole) < 0.5 * whole && (await some(60)) !== whole);
  t.equal(await some(60), await some(60), "the same rows every time");
});

test("data leave the store when a run ends, closed or not", async (t) => {
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: 1 });
  await fit(model, { ...options, store, epochs: 1 }).finish();
  const { bytes } = store;
  const count = store.variables.length;
  for (let at = 0; at < 20; at++) {
    const data = toyData(130, [80 + (at % 5), 25, 15]);
    const run = fit(model, { ...options, data, store, epochs: 1, resume: false });
    await run.finish();
    if (at % 2 === 0) await run.test();
    if (at % 3 === 0) await run.close();
  }
  t.deepEqual([store.bytes, store.variables.length], [bytes, count]);
  t.ok(store.variables.every(({ spec }) => spec.role !== "data"));
  const failing = fit(model, {
    ...options,
    store,
    resume: false,
    onStep: () => {
      throw new Error("stop");
    },
  });
  await rejects(t, failing.finish(), Error, /stop/);
  t.equal(store.bytes, bytes, "also after an error");
});

test("one run at a time on a store", async (t) => {
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: 1 });
  const first = fit(model, { ...options, store });
  for await (const _ of first) {
    const second = fit(model, { ...options, store });
    await rejects(
      t,
      second.finish(),
      GraphError,
      /fit: a store may be trained by one run at a time, got another run that has not ended; await it, close it/,
    );
    break;
  }
  t.equal(
    (await fit(model, { ...options, store }).finish()).length,
    3,
    "it is free after the loop was left",
  );
});

test("a store without the model is refused, and so is training beside an open step's state", async (t) => {
  const store = await (await reference()).store(toyModel(), { seed: 1 });
  const other = fit(toyModel(), { ...options, store });
  await rejects(
    t,
    other.finish(),
    GraphError,
    /fit: the store must have every variable .*got none for dense0\/w; add it first/,
  );
});

test("changing the optimizer on a used store begins at the first epoch", async (t) => {
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: 1 });
  await fit(model, { ...options, store }).finish();
  const events = await fit(model, { ...options, optimizer: sgd(), store }).finish();
  t.deepEqual(
    events.map(({ epoch }) => epoch),
    [1, 2, 3, 4],
  );
  t.ok(
    store.variables.every(({ path }) => !path.startsWith("optimizer/adam")),
    "the old state is gone",
  );
});

test("early stopping takes back what the loss learns beside the model, too", async (t) => {
  const [model, other] = [sequential(dense(1, 1)), sequential(dense(1, 1))];
  const store = await (await reference()).store(model, { seed: 1 });
  await store.add(other, { name: "other" });
  const x = [[-1], [0], [1], [2]];
  const run = fit(model, {
    data: dataSet({ train: { inputs: x, targets: x } }),
    loss: (y, target, { apply }) => mean(abs(sub(add(y, apply(other, y)), target))),
    optimizer: sgd({ learningRate: 50 }),
    batchSize: 4,
    epochs: 3,
    seed: 1,
    store,
    earlyStopping: { patience: 9 },
  });
  const costs = (await run.finish()).map(({ trainCost }) => trainCost as number);
  t.equal(run.best?.value, Math.min(...costs));
  t.notEqual(run.best?.epoch, 3, "the last epoch is not the best one");
  t.equal((await run.evaluate("train")).cost, run.best?.value);
});

test("early stopping may go by the training rows of a stream", async (t) => {
  const x = [[-1], [0], [1], [2]];
  const run = fit(sequential(dense(1, 1)), {
    data: streamData({ train: () => [{ inputs: x, targets: x }] }),
    likelihood: gaussian(),
    optimizer: sgd({ learningRate: 0.1 }),
    epochs: 3,
    seed: 1,
    backend: reference,
    evaluate: { train: true },
    earlyStopping: { patience: 1, minDelta: 1e9 },
  });
  t.equal((await run.finish()).length, 2);
});

test("a run whose evaluation cannot be made leaves the store free", async (t) => {
  const model = toyModel();
  const inner = await (await reference()).store(model, { seed: 1 });
  let plans = 0;
  const prepare: Store["prepare"] = async (plan) => {
    plans++;
    if (plans === 2) throw new GraphError({ where: "test", must: "a", got: "b", todo: "c" });
    return inner.prepare(plan);
  };
  const store: Store = Object.create(inner, { prepare: { value: prepare } });
  await rejects(t, fit(model, { ...options, store }).finish(), GraphError, /test: a, got b; c/);
  t.notOk(store.variables.some(({ spec }) => spec.role === "data"));
  const next = { ...options, optimizer: sgd({ learningRate: 0.1 }), store };
  t.equal((await fit(model, next).finish()).length, 4, "another optimizer may begin");
});

test("a data set is told from one whose name ends in a number by its path", async (t) => {
  const store = await (await reference()).store([]);
  const { release } = await resident(store, "fold1", [tensor([1])]);
  t.match(store.variables[0]?.path ?? "", /^data\/fold1\/\d+$/);
  await release();
  t.equal(store.variables.length, 0);
});
