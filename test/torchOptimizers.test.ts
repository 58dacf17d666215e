/** Trajectories of optimizers against recorded ones of PyTorch and of published formulas (test/torch/optimizers.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as metrigrad from "metrigrad";
import {
  adafactor,
  adagrad,
  adam,
  adamw,
  add,
  constant,
  constantSchedule,
  cosineSchedule,
  ema,
  evaluate,
  exponentialSchedule,
  lamb,
  lbfgs,
  linearSchedule,
  lion,
  lookahead,
  matmul,
  mean,
  momentum,
  mul,
  muon,
  type NestedArray,
  type Node,
  nadam,
  type Optimizer,
  oneCycleSchedule,
  piecewiseSchedule,
  polynomialAverage,
  radam,
  reference,
  reshape,
  rmsprop,
  type Schedule,
  sam,
  scheduleFree,
  sgd,
  shampoo,
  slice,
  soap,
  square,
  ssbroyden,
  sub,
  sum,
  tanh,
  tensor,
  trainingStep,
  variable,
  warmup,
} from "metrigrad";
import test from "tape";

interface Path {
  readonly start: readonly number[];
  readonly points: readonly (readonly number[])[];
}

interface Recorded {
  readonly squares: { readonly a: NestedArray; readonly b: NestedArray };
  readonly layer: { readonly x: NestedArray; readonly y: NestedArray; readonly w: NestedArray };
  readonly lbfgs: Readonly<
    Record<string, Path & { readonly memory: number; readonly evaluations: number }>
  >;
  readonly ssbroyden: Readonly<Record<string, Path>>;
  readonly schedules: Readonly<Record<string, readonly number[]>>;
  readonly paths: Readonly<Record<string, readonly NestedArray[]>>;
}

const file = join(import.meta.dirname, "torch/optimizers.json");
const recorded = JSON.parse(readFileSync(file, "utf8")) as Recorded;

function rosenbrock(x: Node): Node {
  const size = x.shape[0] as number;
  const [before, after] = [slice(x, [[0, size - 1]]), slice(x, [[1, size]])];
  const valley = mul(100, square(sub(after, square(before))));
  return sum(add(valley, square(sub(1, before))));
}

const [a, b] = [tensor(recorded.squares.a), tensor(recorded.squares.b)];

function squares(x: Node): Node {
  return mean(square(sub(reshape(matmul(a, reshape(x, [5, 1])), [8]), b)));
}

const losses: Readonly<Record<string, (x: Node) => Node>> = {
  rosenbrock,
  longRosenbrock: rosenbrock,
  oneRow: rosenbrock,
  squares,
};

/** The values of a variable and the losses before them, evaluation by evaluation. */
async function run(
  optimizer: Optimizer,
  start: NestedArray,
  loss: (x: Node) => Node,
  evaluations: number,
) {
  const value = tensor(start);
  const x = variable("x", value.shape);
  const backend = await reference();
  const store = await backend.store([x.attrs]);
  await store.write(x.attrs, value);
  const step = await trainingStep(store, {
    optimizer,
    parameters: [x],
    feeds: {},
    loss: () => loss(x),
  });
  const found: { readonly loss: number; readonly point: number[] }[] = [];
  for (let at = 0; at < evaluations; at++) {
    const { loss: before } = await step.run({});
    found.push({ loss: before, point: [...(await store.read(x.attrs)).data()] });
  }
  await backend.close();
  return found;
}

/** The points at which a run stayed, each once. */
function accepted(points: readonly (readonly number[])[], start: readonly number[]): number[][] {
  const all = [start, ...points];
  return all.filter((point, at) => at > 0 && gap(point, all[at - 1] ?? []) > 0) as number[][];
}

function gap(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? Number.NaN))));
}

for (const [name, { start, memory, points, evaluations }] of Object.entries(recorded.lbfgs)) {
  test(`lbfgs, ${name}: PyTorch's accepted points, in as many evaluations`, async (t) => {
    const loss = losses[name] as (x: Node) => Node;
    const found = await run(
      lbfgs({ memory, lineSearch: { tolerance: 1e-12 } }),
      start,
      loss,
      Math.ceil(1.3 * evaluations),
    );
    const own = accepted(
      found.map(({ point }) => point),
      start,
    );
    t.ok(own.length >= points.length, `${own.length} points`);
    for (const [at, point] of points.entries()) {
      const distance = gap(point, own[at] ?? []);
      t.ok(distance < 1e-7, `point ${at + 1}: ${distance}`);
    }
    const reached = found.findIndex(({ loss: value }) => value <= 1e-10);
    t.ok(reached >= 0 && reached <= 1.3 * evaluations, `1e-10 after ${reached} of ${evaluations}`);
  });
}

for (const [name, { start, points }] of Object.entries(recorded.ssbroyden)) {
  test(`ssbroyden, ${name}: the accepted points of the formulas`, async (t) => {
    const found = await run(ssbroyden(), start, losses[name] as (x: Node) => Node, 60);
    const own = accepted(
      found.map(({ point }) => point),
      start,
    );
    for (const [at, point] of points.entries()) {
      const distance = gap(point, own[at] ?? []);
      t.ok(distance < 1e-7, `point ${at + 1}: ${distance}`);
    }
  });
}

const { x, y, w } = recorded.layer;
const [rows, targets] = [tensor(x), tensor(y)];
const layer = (weights: Node): Node => mean(square(sub(tanh(matmul(rows, weights)), targets)));

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ learningRate: 0.3 }),
  momentum: momentum({ learningRate: 0.1, momentum: 0.8 }),
  nesterov: momentum({ learningRate: 0.1, momentum: 0.8, nesterov: true }),
  adam: adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95 }),
  adamw: adamw({ learningRate: 0.05, weightDecay: 0.3 }),
  nadam: nadam({ learningRate: 0.05, momentumDecay: 0.1 }),
  radam: radam({ learningRate: 0.05 }),
  shortRadam: radam({ learningRate: 0.05, beta2: 0.8 }),
  adagrad: adagrad({ learningRate: 0.1 }),
  adafactor: adafactor({ learningRate: 0.05 }),
  lamb: lamb({ learningRate: 0.02, beta2: 0.99, weightDecay: 0.1 }),
  shampoo: shampoo({ learningRate: 0.1, momentum: 0.5, every: 3 }),
  plainShampoo: shampoo({ learningRate: 0.1, momentum: 0, every: 1, graft: false }),
  meanShampoo: shampoo({ learningRate: 0.1, momentum: 0, beta: 0.9, every: 2 }),
  sam: sam(sgd({ learningRate: 0.1 }), { radius: 0.3 }),
  ema: ema(sgd({ learningRate: 0.1 }), { decay: 0.6 }),
  polynomialAverage: polynomialAverage(sgd({ learningRate: 0.1 }), { power: 3 }),
  lookahead: lookahead(sgd({ learningRate: 0.1 }), { every: 4, share: 0.4 }),
  scheduleFree: scheduleFree(sgd({ learningRate: 0.1 }), { beta: 0.8 }),
  rmsprop: rmsprop({ learningRate: 0.02, alpha: 0.9 }),
  centeredRmsprop: rmsprop({
    learningRate: 0.01,
    alpha: 0.9,
    epsilon: 1e-4,
    momentum: 0.8,
    centered: true,
  }),
  lion: lion({ learningRate: 0.03 }),
  muon: muon(),
  soap: soap({ learningRate: 0.01, every: 3 }),
  oneSidedSoap: soap({ learningRate: 0.01, every: 3, longest: 3 }),
};

test("torch optimizers: each that was recorded is compared", (t) => {
  t.deepEqual(Object.keys(recorded.paths).sort(), Object.keys(optimizers).sort());
  t.end();
});

for (const [name, points] of Object.entries(recorded.paths)) {
  test(`${name}: 20 recorded steps of a layer`, async (t) => {
    const found = await run(optimizers[name] as Optimizer, w, layer, points.length);
    for (const [at, point] of points.entries()) {
      const distance = gap((point as number[][]).flat(), found[at]?.point ?? []);
      t.ok(distance < 1e-9, `step ${at + 1}: ${distance}`);
    }
  });
}

const schedules: Readonly<Record<string, Schedule>> = {
  constant: constantSchedule(),
  linear: linearSchedule(0.2),
  cosine: cosineSchedule(0.1),
  exponential: exponentialSchedule(0.04),
  oneCycle: oneCycleSchedule({ start: 0.1, end: 0.01 }),
  piecewise: piecewiseSchedule({ 0.75: 0.01, 0.5: 0.1 }),
  warmup: warmup(0.2, cosineSchedule()),
};

test("schedules: each that is exported is recorded", (t) => {
  const exported = Object.keys(metrigrad).filter((name) => /[a-z]Schedule$/.test(name));
  const names = [...exported.map((name) => name.replace("Schedule", "")), "warmup"];
  t.deepEqual(Object.keys(schedules).sort(), names.sort());
  t.deepEqual(Object.keys(recorded.schedules).sort(), names.sort());
  t.end();
});

for (const [name, factors] of Object.entries(recorded.schedules)) {
  test(`${name}: 20 recorded factors`, async (t) => {
    const backend = await reference();
    const store = await backend.store([]);
    const nodes = factors.map((_, at) =>
      (schedules[name] as Schedule).factor(constant(at / factors.length)),
    );
    const found = await evaluate(nodes, { store });
    t.ok(
      gap(
        factors,
        found.map((factor) => factor.item()),
      ) < 1e-12,
    );
    await backend.close();
  });
}
