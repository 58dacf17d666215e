import { type DataSet, dataSet } from "@metrigrad/data";
import { matmul, relu } from "@metrigrad/graph";
import {
  batchNorm,
  categorical,
  defModule,
  dense,
  gaussian,
  ones,
  param,
  sequential,
} from "@metrigrad/nn";
import { adam, momentum, type Optimizer, rngd, sgd } from "@metrigrad/optim";
import { DataError, GraphError, reference, ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { type EpochEvent, type FitOptions, fit, type StepEvent } from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { toyData, toyModel } from "../toy.ts";

const toy = toyData();
const options: FitOptions = {
  data: toy,
  likelihood: categorical(),
  optimizer: sgd({ learningRate: 0.5 }),
  batchSize: 12,
  epochs: 6,
  seed: 1,
  backend: reference,
};

/** The part of events that does not tell the time. */
const results = (events: readonly EpochEvent[]) =>
  events.map(({ epoch, trainCost, validCost, validAccuracy }) => [
    epoch,
    trainCost,
    validCost,
    validAccuracy,
  ]);

test("every optimizer learns, one event per epoch", async (t) => {
  const optimizers: readonly Optimizer[] = [
    sgd({ learningRate: 0.5 }),
    momentum({ learningRate: 0.1 }),
    adam({ learningRate: 0.03 }),
    rngd({ learningRate: 0.2 }),
    rngd.paper({ learningRate: 0.3 }),
  ];
  for (const optimizer of optimizers) {
    const run = fit(toyModel(), { ...options, optimizer, epochs: 8 });
    const events: EpochEvent[] = [];
    for await (const event of run) events.push(event);
    const [first] = events as [EpochEvent];
    const last = events.at(-1) as EpochEvent;
    t.deepEqual(
      events.map(({ epoch }) => epoch),
      [1, 2, 3, 4, 5, 6, 7, 8],
      `${optimizer.name}: epochs`,
    );
    t.ok(
      (last.trainCost ?? 9) < 0.6 * (first.trainCost ?? 0),
      `${optimizer.name}: ${first.trainCost} → ${last.trainCost}`,
    );
    t.ok(
      (last.validAccuracy ?? 0) >= 0.9,
      `${optimizer.name}: validation accuracy ${last.validAccuracy}`,
    );
    t.ok(((await run.test()).accuracy ?? 0) >= 0.9, `${optimizer.name}: test accuracy`);
    t.ok(events.every(({ seconds, stepsPerSecond }) => seconds > 0 && stepsPerSecond > 0));
    const metric = events.reduce((sum, { secondsMetric }) => sum + secondsMetric, 0);
    const all = events.reduce((sum, { seconds }) => sum + seconds, 0);
    t.ok(
      optimizer.name.startsWith("rngd") ? metric > 0 && metric < all : metric === 0,
      `${optimizer.name}: metric ${metric} of ${all} s`,
    );
    t.deepEqual(run.history, events);
    await run.close();
  }
});

test("a run is a function of its seed", async (t) => {
  const once = async (seed: number) => {
    const run = fit(toyModel(), { ...options, seed, epochs: 2 });
    return results(await run.finish());
  };
  const first = await once(1);
  t.deepEqual(await once(1), first, "equal seeds");
  t.notDeepEqual(await once(2), first, "another seed");
});

test("nothing happens before the first event is asked for, and leaving the loop ends the run", async (t) => {
  let made = 0;
  const run = fit(toyModel(), {
    ...options,
    backend: () => {
      made++;
      return reference();
    },
  });
  t.throws(() => run.store, /run: training must have begun, got a run that was not iterated yet/);
  await rejects(t, run.test(), GraphError, /training must have begun/);
  t.equal(made, 0);
  for await (const { epoch } of run) if (epoch === 2) break;
  t.equal(made, 1);
  t.equal(run.history.length, 2);
  t.equal(
    (await run.store.read("optimizer/sgd/step/dense0/w")).item(),
    14,
    "⌊90/12⌋ steps per epoch: a short batch is left out",
  );
  for await (const _ of run) t.fail("a run is iterated once");
  await run.close();
  await rejects(t, run.store.read("dense0/w"), Error, /./);
});

test("steps are told as they are done", async (t) => {
  const steps: StepEvent[] = [];
  const run = fit(toyModel(), { ...options, epochs: 2, onStep: (event) => steps.push(event) });
  await run.finish();
  t.equal(steps.length, 14);
  t.deepEqual(steps[7], { epoch: 2, step: 8, steps: 14, report: null });
});

test("the L2 term is in the training cost and shrinks weights, not biases", async (t) => {
  const norm = async (l2: number) => {
    const run = fit(toyModel(), { ...options, l2, epochs: 3 });
    const [last] = (await run.finish()).slice(-1) as [EpochEvent];
    const weights = await Promise.all(["dense0/w", "dense1/w"].map((name) => run.store.read(name)));
    const squares = weights
      .flatMap((w) => [...w.data().subarray(0, w.size - (w.shape[1] as number))])
      .reduce((sum, value) => sum + value * value, 0);
    const { cost } = await run.evaluate("train");
    return { squares, cost, trainCost: last.trainCost };
  };
  const without = await norm(0);
  const decayed = await norm(0.05);
  t.equal(without.trainCost, without.cost);
  t.ok(Math.abs((decayed.trainCost ?? 0) - decayed.cost - 0.025 * decayed.squares) < 1e-9);
  t.ok(decayed.squares < without.squares);
});

test("batch normalisation: statistics move while training and are used afterwards", async (t) => {
  const model = sequential(dense(2, 8, { activation: relu }), batchNorm(8), dense(8, 3));
  const run = fit(model, { ...options, epochs: 10 });
  const events = await run.finish();
  t.ok(((events.at(-1) as EpochEvent).validAccuracy ?? 0) > 0.9);
  const variance = await run.store.read("batchNorm0/variance");
  t.ok(
    variance.data().every((value) => value !== 1),
    "every variance has moved",
  );
});

test("a run goes on where its store is: the same as one that was never interrupted", async (t) => {
  const through = fit(toyModel(), { ...options, epochs: 4 });
  const whole = results(await through.finish());
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: options.seed });
  const { backend: _, ...others } = options;
  const settings = { ...others, epochs: 4, store };
  const parts: EpochEvent[] = [];
  for await (const event of fit(model, settings)) {
    parts.push(event);
    if (event.epoch === 2) break;
  }
  for await (const event of fit(model, settings)) parts.push(event);
  t.deepEqual(results(parts), whole);
  await rejects(
    t,
    fit(model, settings).finish(),
    GraphError,
    /must have steps left \(it has 28\), got a store on which this optimizer has done 28; .* \{ resume: false \}/,
  );
  const again = await fit(model, { ...settings, resume: false }).finish();
  t.equal(again.length, 4, "the optimizer begins anew, the parameters stay");
  t.ok((again[0]?.trainCost ?? 9) < 1.1 * (parts.at(-1)?.trainCost ?? 0));
});

test("regression: continuous targets have no accuracy, and splits may be absent or empty", async (t) => {
  const x = Float64Array.from({ length: 40 }, (_, i) => i / 20 - 1);
  const split = (from: number, to: number) => ({
    inputs: tensor(x.slice(from, to), { shape: [to - from, 1] }),
    targets: tensor(
      x.slice(from, to).map((value) => 2 * value + 1),
      { shape: [to - from, 1] },
    ),
  });
  const data = dataSet({ name: "line", train: split(0, 30), valid: split(0, 0) });
  const run = fit(sequential(dense(1, 1)), {
    ...options,
    data,
    likelihood: gaussian(),
    batchSize: 10,
    epochs: 60,
  });
  const events = await run.finish();
  const last = events.at(-1) as EpochEvent;
  t.ok((last.trainCost ?? 9) < 0.5 * Math.log(2 * Math.PI) + 1e-3);
  t.deepEqual(
    Object.keys(last),
    ["epoch", "epochs", "trainCost", "seconds", "secondsMetric", "stepsPerSecond", "report"],
    "no numbers without rows, and no accuracy",
  );
  t.deepEqual(run.splits, ["train"]);
  for (const name of ["valid", "test"] as const) {
    const message = new RegExp(`run.evaluate: the data must have rows in ${name}, got none; give`);
    await rejects(t, run.evaluate(name), DataError, message);
  }
  t.notOk("accuracy" in (await run.evaluate("train")));
  await run.close();
});

test("what is no backend is refused before training", async (t) => {
  const run = fit(toyModel(), { ...options, backend: "cpu" as never });
  await rejects(t, run.finish(), GraphError, /fit: backend must be one, .*, got string; call it/);
});

test("data that are not finite are refused before training", async (t) => {
  const inputs = tensor([0, 1, 2, Number.NaN, 4, 5], { shape: [3, 2] });
  const split = { inputs, targets: tensor(Int32Array.of(0, 1, 0)) };
  const data = dataSet({ name: "holed", train: split, valid: split, test: split, classes: 2 });
  const run = fit(sequential(dense(2, 2)), { ...options, data, batchSize: 1 });
  await rejects(
    t,
    run.finish(),
    DataError,
    /train inputs must be finite, got NaN in row 1, column 1/,
  );
});

test("data that dataSet did not see are checked as it does", async (t) => {
  const { inputs, targets } = toy.train;
  const refused = async (train: object, message: RegExp) => {
    const run = fit(toyModel(), { ...options, data: { ...toy, train } as DataSet });
    await rejects(t, run.finish(), DataError, message);
  };
  const labels = targets.data();
  const other = (row: number, label: number) =>
    tensor(Int32Array.from(labels, (value, at) => (at === row ? label : value)));
  await refused({ inputs, targets: other(4, 3) }, /train targets must be .* 0 … 2, got 3 in row 4/);
  await refused({ inputs, targets: other(0, -1) }, /got -1 in row 0/);
  await refused(
    { inputs, targets: tensor(labels.slice(1) as Int32Array) },
    /one row of targets per row of inputs, got inputs \[90, 2\] and targets \[89\]/,
  );
});

test("a model that does not fit the data is refused as the step is built", async (t) => {
  const run = fit(sequential(dense(5, 3)), options);
  await rejects(
    t,
    run.finish(),
    ShapeError,
    /dense at dense0: its input must be \[n, 5\], .*got \[12, 2\]/,
  );
  const narrow = fit(sequential(dense(2, 2)), options);
  await rejects(
    t,
    narrow.finish(),
    ShapeError,
    /fit: the model must put out one value per class, \[n, 3\], got \[n, 2\]; change the size of its last layer/,
  );
});

test("a parameter that no path connects to the loss is refused by name", async (t) => {
  const idle = defModule({
    name: "idle",
    params: { w: param([2, 3], ones), spare: param([4], ones) },
    apply: ({ w }, x) => matmul(x, w),
  });
  const run = fit(idle(), options);
  await rejects(
    t,
    run.finish(),
    GraphError,
    /the loss must depend on every parameter that is trained, got a loss that does not depend on spare;/,
  );
});
