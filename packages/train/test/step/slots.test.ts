/** Whose state an optimizer goes on from, and when it begins afresh. */
import {
  accumulate,
  adafactor,
  adam,
  adamw,
  chain,
  ema,
  groups,
  lbfgs,
  lookahead,
  moments,
  momentum,
  type Optimizer,
  precondition,
  quadraticStep,
  rngd,
  scale,
  scheduleFree,
  sgd,
  shampoo,
  soap,
  ssbroyden,
} from "@metrigrad/optim";
import { GraphError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { rejects } from "../rejects.ts";
import { batch, regression, small, storeOf, weights } from "./problem.ts";

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ learningRate: 0.05 }),
  momentum: () => momentum({ learningRate: 0.02 }),
  adam: () => adam({ learningRate: 0.01 }),
  adamw: () => adamw({ learningRate: 0.01 }),
  rngd: () => rngd({ learningRate: 0.05 }),
  "rngd.paper": () => rngd.paper({ learningRate: 0.05 }),
  "rngd over a window": () => rngd({ learningRate: 0.05, over: { window: 3 } }),
  "rngd every 3 steps": () => rngd({ learningRate: 0.05, over: { every: 3 } }),
  "rngd with adaptive damping": () => rngd({ learningRate: 0.05, adapt: { every: 2 } }),
  "a chain with a quadratic step": () => chain(precondition(), quadraticStep()),
  accumulate: () => accumulate(2, adam({ learningRate: 0.01 })),
  groups: () => groups({ "dense0/*": adam({ learningRate: 0.01 }), others: momentum() }),
  "other groups": () => groups({ others: adam({ learningRate: 0.01 }) }),
  chain: () => chain(moments(), scale(0.01)),
  lbfgs: () => lbfgs({ memory: 3 }),
  ssbroyden: () => ssbroyden(),
  soap: () => soap({ learningRate: 0.01, every: 2 }),
  shampoo: () => shampoo({ learningRate: 0.01, every: 2 }),
  adafactor: () => adafactor(),
  ema: () => ema(adam({ learningRate: 0.01 })),
  scheduleFree: () => scheduleFree(adam({ learningRate: 0.05, beta1: 0 })),
  "ema inside accumulate": () => accumulate(2, ema(adam({ learningRate: 0.01 }))),
  "ema of lbfgs": () => ema(lbfgs({ memory: 3 })),
  "ema of rngd every 3 steps": () =>
    ema(rngd({ learningRate: 0.05, over: { every: 3 }, average: null })),
  lookahead: () => lookahead(momentum({ learningRate: 0.02 }), { every: 3 }),
};

test("first steps on a used store are those on a fresh store, after any other optimizer", async (t) => {
  const model = small();
  // Each after two of them in short runs, in turn.
  const whole = process.env.METRIGRAD_SWEEP === "full";
  const first = ["adam", "rngd.paper", "rngd over a window", "chain", "groups"];
  for (const [at, [name, next]] of Object.entries(optimizers).entries()) {
    for (const [k, before] of first.entries()) {
      if (before === name || (!whole && (at + k) % 5 > 1)) continue;
      const used = await storeOf(model);
      const earlier = await regression(used, model, (optimizers[before] as () => Optimizer)());
      for (let step = 0; step < 7; step++) await earlier.advance(batch);
      await earlier.close();
      const fresh = await storeOf(model, 99);
      for (const { path, spec } of model.variables) await fresh.write(path, await used.read(spec));
      const ends: number[][][] = [];
      for (const store of [used, fresh]) {
        const step = await regression(store, model, next());
        t.equal(step.count, 0, `${name} after ${before} begins at step 0`);
        for (let at = 0; at < 4; at++) await step.advance(batch);
        t.equal(step.count, 4);
        await step.close();
        ends.push(await weights(store));
      }
      t.deepEqual(ends[0], ends[1], `${name} after ${before}`);
      const paths = used.variables.map(({ path }) => path);
      t.deepEqual(
        paths.sort(),
        fresh.variables.map(({ path }) => path).sort(),
        "no state is left over",
      );
    }
  }
});

test("the same optimizer goes on where it was, bit for bit, in another step", async (t) => {
  const model = small();
  for (const [name, optimizer] of Object.entries(optimizers)) {
    const [through, parted] = [await storeOf(model), await storeOf(model)];
    const whole = await regression(through, model, optimizer(), { steps: 20 });
    for (let at = 0; at < 9; at++) await whole.advance(batch);
    let done = 0;
    for (const steps of [4, 2, 3]) {
      const step = await regression(parted, model, optimizer(), { steps: 20 });
      t.equal(step.count, done);
      for (let at = 0; at < steps; at++) await step.advance(batch);
      done += steps;
      await step.close();
    }
    t.deepEqual(await weights(parted), await weights(through), name);
  }
});

test("resume: false begins anew, and a counter that is written counts", async (t) => {
  const model = small();
  const store = await storeOf(model);
  const first = await regression(store, model, adam());
  for (let at = 0; at < 3; at++) await first.advance(batch);
  await first.close();
  const anew = await regression(store, model, adam(), { resume: false });
  t.equal(anew.count, 0);
  t.ok((await store.read("optimizer/adam/mean/dense0/w")).data().every((value) => value === 0));
  await anew.close();
  await store.write("optimizer/adam/step/dense0/w", tensor(7));
  t.equal((await regression(store, model, adam())).count, 7);
});

test("open steps with one optimizer share its state; other state in use is not taken away", async (t) => {
  const model = small();
  const store = await storeOf(model);
  const [a, b] = [await regression(store, model, adam()), await regression(store, model, adam())];
  for (let at = 0; at < 4; at++) await (at % 2 === 0 ? a : b).advance(batch);
  const alone = await storeOf(model);
  const c = await regression(alone, model, adam());
  for (let at = 0; at < 4; at++) await c.advance(batch);
  t.deepEqual(await weights(store), await weights(alone), "as one step");
  await rejects(
    t,
    regression(store, model, sgd()),
    GraphError,
    /trainingStep: the state of another optimizer for the same parameters must be free, since sgd begins afresh, got optimizer\/adam\/\w+\/dense0\/w, which an open step with adam uses; close that step first/,
  );
  await a.close();
  await b.close();
  t.equal((await regression(store, model, sgd())).count, 0);
});
