/** Optimizers that average: what is on the store is the average, and steps go on from their own points. */

import { dataSet } from "@metrigrad/data";
import { gaussian } from "@metrigrad/nn";
import {
  accumulate,
  adam,
  ema,
  groups,
  lookahead,
  type Optimizer,
  polynomialAverage,
  rngd,
  scheduleFree,
  sgd,
} from "@metrigrad/optim";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { fit, predict } from "../../src/index.ts";
import { batch, regression, small, storeOf, weights } from "./problem.ts";

const far = 20;

/** Losses of steps, and the parameters after each of them, those of before first. */
async function run(optimizer: Optimizer, steps = far, from: readonly number[][] | null = null) {
  const model = small();
  const store = await storeOf(model);
  for (const [at, { spec }] of (from === null ? [] : model.variables).entries())
    await store.write(spec, tensor(from?.[at] ?? [], { shape: spec.shape }));
  const step = await regression(store, model, optimizer, { steps: 40 });
  const losses: number[] = [];
  const points = [await weights(store)];
  for (let at = 0; at < steps; at++) {
    losses.push((await step.run(batch)).loss);
    points.push(await weights(store));
  }
  await step.close();
  return { losses, points };
}

function gap(a: readonly number[][], b: readonly number[][]): number {
  const [one, other] = [a.flat(), b.flat()];
  return Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? Number.NaN))));
}

/** x + share·(y − x). */
function between(x: readonly number[][], y: readonly number[][], share: number): number[][] {
  return x.map((row, i) =>
    row.map((value, j) => value + share * ((y[i]?.[j] ?? Number.NaN) - value)),
  );
}

const inner: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ learningRate: 0.1 }),
  adam: () => adam({ learningRate: 0.02 }),
  rngd: () => rngd({ learningRate: 0.05, average: null }),
  groups: () => groups({ "dense0/*": adam({ learningRate: 0.02 }), others: sgd() }),
};

for (const [name, make] of Object.entries(inner)) {
  test(`ema(${name}): steps are those of ${name}, the store has their average`, async (t) => {
    const plain = await run(make());
    const found = await run(ema(make(), { decay: 0.7 }));
    t.ok(gap([plain.losses], [found.losses]) < 1e-13, "losses of the steps");
    let average = plain.points[0] as number[][];
    for (let at = 1; at <= far; at++) {
      average = between(average, plain.points[at] as number[][], 1 - Math.min(0.7, at / (9 + at)));
      t.ok(gap(average, found.points[at] as number[][]) < 1e-13, `step ${at}`);
    }
    t.ok(gap(average, plain.points[far] as number[][]) > 1e-3, "which is another point");
  });
}

test("polynomialAverage: with the power 0 it is the mean of all points after a step", async (t) => {
  const plain = await run(sgd({ learningRate: 0.1 }));
  const found = await run(polynomialAverage(sgd({ learningRate: 0.1 }), { power: 0 }));
  const points = plain.points.slice(1);
  const mean = (points[0] as number[][]).map((row, i) =>
    row.map((_, j) => points.reduce((sum, one) => sum + (one[i]?.[j] ?? 0), 0) / points.length),
  );
  t.ok(gap(mean, found.points[far] as number[][]) < 1e-13);
});

test("rngd: has a polynomial average of its own, unless it is told otherwise", async (t) => {
  const own = { learningRate: 0.05 };
  const plain = () => rngd({ ...own, average: null });
  for (const [average, power] of [
    [{}, 8],
    [{ power: 2 }, 2],
  ] as const) {
    const found = await run(rngd({ ...own, average }));
    const around = await run(polynomialAverage(plain(), { power }));
    t.equal(gap(around.points.flat(), found.points.flat()), 0, `power ${power}`);
  }
  const [averaged, last] = [await run(rngd(own)), await run(plain())];
  t.equal(gap([averaged.losses], [last.losses]), 0, "steps are the same");
  t.ok(gap(averaged.points[far] as number[][], last.points[far] as number[][]) > 1e-4);
  t.deepEqual(rngd(own).settings.average, { power: 8 });
  t.deepEqual(rngd({ average: {} }).settings.average, { power: 8 });
  t.throws(
    () => rngd({ average: { power: -1 } }),
    /rngd, average: power must be a finite number ≥ 0/,
  );
  t.throws(() => rngd({ average: false as never }), /rngd, average: options must be an object/);
  t.notOk("average" in rngd.paper().settings, "the paper has none");
});

test("groups: each has the average that its optimizer makes, or none", async (t) => {
  const groupsOf = (first: Optimizer) => groups({ "dense0/*": first, others: adam() });
  const plain = await run(groupsOf(sgd({ learningRate: 0.1 })));
  const found = await run(groupsOf(ema(sgd({ learningRate: 0.1 }), { decay: 0.7 })));
  t.ok(gap([plain.losses], [found.losses]) < 1e-13, "losses of the steps");
  const own = small().variables.map(({ path }) => path.startsWith("dense0/"));
  const part = (points: readonly number[][], inside: boolean) =>
    points.filter((_, at) => own[at] === inside);
  let average = plain.points[0] as number[][];
  for (let at = 1; at <= far; at++) {
    const [there, here] = [plain.points[at] as number[][], found.points[at] as number[][]];
    average = between(average, there, 1 - Math.min(0.7, at / (9 + at)));
    t.ok(gap(part(average, true), part(here, true)) < 1e-13, `step ${at}, the averaged group`);
    t.ok(gap(part(there, false), part(here, false)) < 1e-13, "the other one");
  }
  t.ok(gap(part(average, true), part(plain.points[far] as number[][], true)) > 1e-3);
});

test("lookahead: the slow weights move every k steps, and the fast ones begin there", async (t) => {
  const found = await run(lookahead(sgd({ learningRate: 0.1 }), { every: 4, share: 0.5 }), 8);
  const plain = await run(sgd({ learningRate: 0.1 }), 4);
  const [start] = plain.points as [number[][]];
  for (let at = 0; at < 4; at++) t.equal(gap(start, found.points[at] as number[][]), 0);
  const slow = between(start, plain.points[4] as number[][], 0.5);
  for (let at = 4; at < 8; at++) t.ok(gap(slow, found.points[at] as number[][]) < 1e-13);
  t.ok(found.points[8] && gap(slow, found.points[8]) > 1e-4);
});

test("accumulate inside an average: it moves when the optimizer does", async (t) => {
  const found = await run(ema(accumulate(2, sgd({ learningRate: 0.1 })), { decay: 0.5 }), 4);
  t.equal(gap(found.points[0] as number[][], found.points[1] as number[][]), 0);
  t.ok(gap(found.points[1] as number[][], found.points[2] as number[][]) > 0);
  const outside = await run(accumulate(2, ema(sgd({ learningRate: 0.1 }), { decay: 0.5 })), 4);
  t.ok(gap(found.points[4] as number[][], outside.points[4] as number[][]) < 1e-13, "or around it");
});

test("scheduleFree: with β = 1 gradients are taken at the average, which goes 1/t of the way", async (t) => {
  const found = await run(scheduleFree(sgd({ learningRate: 0.1 }), { beta: 1 }), 5);
  let z = found.points[0] as number[][];
  for (let at = 0; at < 5; at++) {
    const from = found.points[at] as number[][];
    const single = await run(sgd({ learningRate: 0.1 }), 1, from);
    t.ok(Math.abs((single.losses[0] as number) - (found.losses[at] as number)) < 1e-13);
    // The iterate moves as a step from the average does.
    z = z.map((row, i) =>
      row.map(
        (value, j) =>
          value + ((single.points[1]?.[i]?.[j] ?? Number.NaN) - (from[i]?.[j] ?? Number.NaN)),
      ),
    );
    t.ok(gap(between(from, z, 1 / (at + 1)), found.points[at + 1] as number[][]) < 1e-13);
  }
});

test("ema(rngd): reports are those of rngd at the points of the steps", async (t) => {
  const reports = async (optimizer: Optimizer) => {
    const model = small();
    const step = await regression(await storeOf(model), model, optimizer, { report: true });
    const found = [];
    for (let at = 0; at < 4; at++) found.push((await step.run(batch)).report);
    await step.close();
    return found;
  };
  const own = () => rngd({ learningRate: 0.05, adapt: { every: 2 }, klClip: 0.2, average: null });
  const [plain, averaged] = [await reports(own()), await reports(ema(own()))];
  for (const [at, report] of plain.entries()) {
    const names = Object.keys(report?.quantities ?? {});
    t.ok(names.length > 2, names.join(", "));
    for (const name of names) {
      const [a, b] = [report, averaged[at]].map((one) => one?.quantities[name] ?? 0);
      t.ok(Math.abs((a as number) - (b as number)) <= 1e-9 * Math.abs(a as number), name);
    }
  }
});

test("ema: fit measures the average, and early stopping restores it with its points", async (t) => {
  const model = small();
  const [inputs, targets] = [batch.x, batch.y];
  const run = fit(model, {
    data: dataSet({ train: { inputs, targets }, valid: { inputs, targets } }),
    likelihood: gaussian(),
    optimizer: ema(sgd({ learningRate: 0.3 }), { decay: 0.9 }),
    ...{ batchSize: 4, epochs: 6, seed: 1, backend: reference },
    earlyStopping: { patience: 6 },
  });
  const events = await run.finish();
  const guess = Array.from((await predict(model, run.store, inputs)).data());
  const right = targets.data();
  const squares = guess.reduce((sum, value, at) => sum + (value - (right[at] as number)) ** 2, 0);
  const cost = squares / 16 + Math.log(2 * Math.PI) / 2;
  const best = Math.min(...events.map(({ validCost }) => validCost ?? Number.NaN));
  t.ok(Math.abs(cost - best) < 1e-6, `${cost} and ${best}`);
  await run.close();
});

test("averages are refused within each other", (t) => {
  t.throws(
    () => ema(lookahead(adam())),
    /ema: the optimizer inside must not average itself, got lookahead; take one of the two averages: rngd\(\{ average: null \}\) has none/,
  );
  t.throws(
    () => ema(adam as never),
    /ema: its first argument must be an optimizer, got function; call one: ema\(adam\(\)\)/,
  );
  t.end();
});
