/** Trajectories of optimizers against recorded ones of PyTorch and of published formulas (test/torch/optimizers.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  add,
  lbfgs,
  lion,
  matmul,
  mean,
  mul,
  muon,
  type NestedArray,
  type Node,
  type Optimizer,
  reference,
  reshape,
  rmsprop,
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
