/** What is evaluated after an epoch, and what that takes: epochs of one step have as many evaluations as steps. */
import { categorical, type Module } from "@metrigrad/nn";
import { adam } from "@metrigrad/optim";
import { type Executable, reference, type Store } from "@metrigrad/tensor";
import test from "tape";
import { type FitOptions, fit } from "../../src/index.ts";
import { toyData, toyModel } from "../toy.ts";

const data = toyData();
const options = {
  data,
  likelihood: categorical(),
  optimizer: adam({ learningRate: 0.05 }),
  batchSize: 90,
  epochs: 6,
  seed: 1,
};

/** A store that counts the programs made on it, and the runs of each. */
async function counting(model: Module) {
  const inner = await (await reference()).store(model, { seed: 1 });
  const runs: number[] = [];
  const prepare: Store["prepare"] = async (plan) => {
    const made = await inner.prepare(plan);
    const at = runs.push(0) - 1;
    const count = () => {
      runs[at] = (runs[at] as number) + 1;
    };
    const run: Executable["run"] = (feeds) => {
      count();
      return made.run(feeds);
    };
    // A run that is measured step by step counts too.
    const profile: Executable["profile"] = async (feeds) => {
      count();
      return (await made.profile?.(feeds)) ?? [];
    };
    return Object.create(made, { run: { value: run }, profile: { value: profile } }) as Executable;
  };
  const store: Store = Object.create(inner, { prepare: { value: prepare } });
  return { store, runs };
}

async function counted(evaluate: FitOptions["evaluate"], change: Partial<FitOptions> = {}) {
  const model = toyModel();
  const { store, runs } = await counting(model);
  const given = evaluate === undefined ? {} : { evaluate };
  const events = await fit(model, { ...options, ...change, ...given, store }).finish();
  return { runs, events };
}

test("epochs of one step: one program to train, one for each split, each run once an epoch", async (t) => {
  t.deepEqual(
    (await counted(undefined)).runs,
    [6, 6, 6],
    "training, its rows, and those held back",
  );
  t.deepEqual((await counted({ valid: false, every: 4 })).runs, [6, 2], "as often as asked");
  t.deepEqual(
    (await counted({ valid: false, train: { rows: 40 } })).runs,
    [6, 6],
    "some of the rows",
  );
  t.deepEqual((await counted(false)).runs, [6]);
});

test("the losses of an epoch's steps stand for a pass over the training rows", async (t) => {
  for (const batchSize of [90, 20]) {
    const losses: number[] = [];
    const { runs, events } = await counted(
      { train: "steps", valid: false },
      { batchSize, stepLoss: true, onStep: ({ loss }) => losses.push(loss as number) },
    );
    const each = Math.floor(90 / batchSize);
    t.deepEqual(runs, [6 * each], "nothing but training runs");
    for (const [at, { trainCost, ...rest }] of events.entries()) {
      const own = losses.slice(each * at, each * (at + 1));
      const mean = own.reduce((sum, loss) => sum + loss, 0) / each;
      t.ok(Math.abs((trainCost as number) - mean) < 1e-6, `${trainCost} is ${mean}`);
      t.notOk("trainAccuracy" in rest);
    }
  }
  const rare = await counted({ train: "steps", valid: false, every: 4 });
  const known = rare.events.map(({ trainCost }) => trainCost !== undefined);
  t.deepEqual(known, [false, false, false, true, false, true]);
});

test("a full batch's loss after an epoch is what the next step finds", async (t) => {
  const after = await counted({ valid: false });
  const before = await counted({ train: "steps", valid: false });
  const [costs, losses] = [after, before].map(({ events }) =>
    events.map(({ trainCost }) => trainCost as number),
  ) as [number[], number[]];
  for (let at = 1; at < 6; at++) {
    t.ok(Math.abs((costs[at - 1] as number) - (losses[at] as number)) < 1e-5);
  }
});

test("the L2 term comes on top, and onStep is told no loss that it did not ask for", async (t) => {
  const told: boolean[] = [];
  const plain = await counted({ train: "steps", valid: false });
  const { events } = await counted(
    { train: "steps", valid: false },
    { l2: 0.1, epochs: 1, onStep: (event) => told.push("loss" in event) },
  );
  t.ok((events[0]?.trainCost as number) > (plain.events[0]?.trainCost as number) + 0.01);
  t.deepEqual(told, [false]);
});

test("early stopping can go by the losses of steps, by nothing else of them", async (t) => {
  const { events } = await counted(
    { train: "steps", valid: false },
    { earlyStopping: { patience: 1, minDelta: 1e6 }, epochs: 5 },
  );
  t.equal(events.length, 2);
  const earlyStopping = { patience: 1, metric: "accuracy" };
  const evaluate = { train: "steps", valid: false } as const;
  t.throws(
    () => fit(toyModel(), { ...options, backend: reference, earlyStopping, evaluate }),
    /the losses of steps have nothing but a "cost" for earlyStopping, got accuracy; take "cost"/,
  );
  t.throws(
    () => fit(toyModel(), { ...options, backend: reference, evaluate: { train: "step" } as never }),
    /evaluate.train must be true, false, "steps" or \{ rows \}, got step/,
  );
});
