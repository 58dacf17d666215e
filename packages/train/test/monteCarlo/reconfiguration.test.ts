/** Steps of wave functions: metric and gradient against sums over all states, which know nothing of the graph. */
import { fill, squeeze, tanh } from "@metrigrad/graph";
import { kfacMetrics, observedMetrics } from "@metrigrad/metric";
import { type AnyModule, amplitude, dense, sequential } from "@metrigrad/nn";
import {
  constantSchedule,
  engd,
  type Optimizer,
  rngd,
  sgd,
  stochasticReconfiguration,
} from "@metrigrad/optim";
import { MetricError, reference, ShapeError, type Store, tensor } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import {
  energyLoss,
  flippedOfAll,
  isingEnergies,
  spinFlipsOf,
  spinStates,
  trainingStep,
} from "../../src/index.ts";
import { rejects } from "../rejects.ts";

const lambda = 1e-2;
const zeros = (shape: number[]) => fill(shape, 0);
const chain = { coupling: 0.7, field: 1.3 };

/** H of the chain over all states, from its definition. */
function hamiltonian(spins: number): Matrix {
  const size = 2 ** spins;
  const spin = (s: number, i: number) => ((s >> (i % spins)) & 1 ? 1 : -1);
  return new Matrix(
    Array.from({ length: size }, (_, a) =>
      Array.from({ length: size }, (_, b) => {
        let value = 0;
        for (let i = 0; i < spins; i++) {
          if (a === b) value -= chain.coupling * spin(a, i) * spin(a, i + 1);
          if ((a ^ b) === 1 << i) value -= chain.field;
        }
        return value;
      }),
    ),
  );
}

async function valuesOf(store: Store, model: AnyModule): Promise<number[]> {
  const all = await Promise.all(model.variables.map(({ spec }) => store.read(spec)));
  return all.flatMap((one) => [...one.data()]);
}

async function write(store: Store, model: AnyModule, values: readonly number[]): Promise<void> {
  let at = 0;
  for (const { spec } of model.variables) {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    const own = Float64Array.from(values.slice(at, at + size));
    await store.write(spec, tensor(own, { shape: spec.shape }));
    at += size;
  }
}

/** The derivative of several values by all parameters, by central differences: one row per value. */
async function differences(
  store: Store,
  model: AnyModule,
  of: () => Promise<number[]>,
): Promise<Matrix> {
  const base = await valuesOf(store, model);
  const columns: number[][] = [];
  for (const [at, value] of base.entries()) {
    const moved = async (by: number) => {
      await write(store, model, base.with(at, value + by));
      return of();
    };
    const [up, down] = [await moved(1e-5), await moved(-1e-5)];
    columns.push(up.map((one, row) => (one - (down[row] as number)) / 2e-5));
  }
  await write(store, model, base);
  return new Matrix(columns).transpose();
}

/** Σ p (a − ā)(b − b̄)' of the rows of two matrices. */
function covariance(p: readonly number[], a: Matrix, b: Matrix): Matrix {
  const centred = (m: Matrix) => {
    const means = Matrix.rowVector([...p]).mmul(m);
    return m.clone().subRowVector(means.to1DArray());
  };
  return centred(a)
    .transpose()
    .mmul(Matrix.diag([...p]))
    .mmul(centred(b));
}

function energyOf(h: readonly number[], matrix: Matrix): number {
  const psi = Matrix.columnVector(h.map((one) => Math.exp(one)));
  const norm = psi.transpose().mmul(psi).get(0, 0);
  return psi.transpose().mmul(matrix).mmul(psi).get(0, 0) / norm;
}

function farApart(found: readonly number[], expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...found.map((one, at) => Math.abs(one - (expected[at] as number)))) / largest;
}

const once = (): Optimizer =>
  stochasticReconfiguration({ absolute: lambda, learningRate: 1, metrics: observedMetrics() });

/** A step over all states; its output is ln ψ of each. */
function enumerated(store: Store, model: ReturnType<typeof net>, spins: number, by: Optimizer) {
  return trainingStep(store, {
    optimizer: by,
    feeds: { s: [2 ** spins, spins] },
    loss: ({ s }, { apply, observe }) => {
      const h = squeeze(apply(model, s), 1);
      observe(h, amplitude({ enumerated: true }));
      const local = isingEnergies(s, h, flippedOfAll(h), chain);
      return { loss: energyLoss(h, local, { enumerated: true }), outputs: { h } };
    },
  });
}

const net = (spins: number, hidden: number, outputs = 1) =>
  sequential(dense(spins, hidden, { activation: tanh }), dense(hidden, outputs));

async function amplitudes(store: Store, model: ReturnType<typeof net>, spins: number) {
  const step = await enumerated(store, model, spins, sgd({ learningRate: 0 }));
  const { outputs } = await step.run({ s: spinStates(spins) });
  await step.close();
  return [...(outputs.h?.data() ?? [])];
}

async function movedBy(
  store: Store,
  model: AnyModule,
  step: { run: () => Promise<unknown> },
): Promise<number[]> {
  const before = await valuesOf(store, model);
  await step.run();
  const after = await valuesOf(store, model);
  return before.map((one, at) => one - (after[at] as number));
}

const squares = (h: readonly number[]): number[] => {
  const all = h.map((one) => Math.exp(2 * one));
  const z = all.reduce((a, b) => a + b, 0);
  return all.map((one) => one / z);
};

// 8 states of 21 parameters are solved in the space of samples, 16 of 13 in that of parameters.
for (const [spins, hidden] of [
  [3, 4],
  [4, 2],
] as const) {
  test(`stochastic reconfiguration over ${2 ** spins} states: (Cov + λI)⁻¹ of the slope of ⟨H⟩`, async (t) => {
    const model = net(spins, hidden);
    const store = await (await reference()).store(model, { seed: 2 });
    const matrix = hamiltonian(spins);
    const h = await amplitudes(store, model, spins);
    const rows = await differences(store, model, () => amplitudes(store, model, spins));
    const metric = covariance(squares(h), rows, rows);
    const gradient = await differences(store, model, async () => [
      energyOf(await amplitudes(store, model, spins), matrix),
    ]);
    const step = await enumerated(store, model, spins, once());
    let loss = Number.NaN;
    const moved = await movedBy(store, model, {
      run: async () => {
        ({ loss } = await step.run({ s: spinStates(spins) }));
      },
    });
    const damped = metric.add(Matrix.eye(metric.rows).mul(lambda));
    const expected = solve(damped, gradient.transpose()).to1DArray();
    t.ok(farApart(moved, expected) < 1e-6, `off by ${farApart(moved, expected)}`);
    t.ok(Math.abs(loss - energyOf(h, matrix)) < 1e-12, "the loss is the energy");
    await store.close();
  });
}

test("stochastic reconfiguration over samples: covariances of the samples that there are", async (t) => {
  const model = net(3, 4);
  const store = await (await reference()).store(model, { seed: 2 });
  const drawn = [0, 3, 3, 5, 7, 7, 7, 1, 6, 6];
  const all = spinStates(3).data();
  const samples = drawn.map((s) => [...all.slice(3 * s, 3 * s + 3)]);
  const p = drawn.map(() => 1 / drawn.length);
  const h = await amplitudes(store, model, 3);
  const every = await differences(store, model, () => amplitudes(store, model, 3));
  const rows = new Matrix(drawn.map((s) => every.getRow(s)));
  const psi = h.map((one) => Math.exp(one));
  const image = hamiltonian(3).mmul(Matrix.columnVector(psi)).to1DArray();
  const local = Matrix.columnVector(drawn.map((s) => (image[s] as number) / (psi[s] as number)));
  const step = await trainingStep(store, {
    optimizer: once(),
    feeds: { s: [drawn.length, 3] },
    loss: ({ s }, { apply, observe }) => {
      const own = apply(model, s);
      observe(own, amplitude());
      return energyLoss(own, isingEnergies(s, own, apply(model, spinFlipsOf(s)), chain));
    },
  });
  let loss = Number.NaN;
  const moved = await movedBy(store, model, {
    run: async () => {
      ({ loss } = await step.run({ s: samples }));
    },
  });
  const damped = covariance(p, rows, rows).add(Matrix.eye(rows.columns).mul(lambda));
  const expected = solve(damped, covariance(p, rows, local).mul(2)).to1DArray();
  t.ok(farApart(moved, expected) < 1e-6, `off by ${farApart(moved, expected)}`);
  t.ok(Math.abs(loss - local.mean()) < 1e-12, "the loss is the mean of the local energies");
  await store.close();
});

/** ⟨H⟩ and (Hψ)(s)/ψ(s) of a complex ψ and H. */
function complexEnergies(h: readonly number[], re: Matrix, im: Matrix) {
  const n = re.rows;
  const size = (s: number) => Math.exp(h[2 * s] as number);
  const [a, b] = [0, 1].map((part) =>
    Matrix.columnVector(
      Array.from({ length: n }, (_, s) => {
        const phase = h[2 * s + 1] as number;
        return size(s) * (part === 0 ? Math.cos(phase) : Math.sin(phase));
      }),
    ),
  ) as [Matrix, Matrix];
  const [c, d] = [Matrix.sub(re.mmul(a), im.mmul(b)), Matrix.add(re.mmul(b), im.mmul(a))];
  const norm = a.dot(a) + b.dot(b);
  const local = Array.from({ length: n }, (_, s) => {
    const [x, y, u, v] = [a, b, c, d].map((one) => one.get(s, 0)) as [
      number,
      number,
      number,
      number,
    ];
    const square = x * x + y * y;
    return [(u * x + v * y) / square, (v * x - u * y) / square];
  });
  return { energy: (a.dot(c) + b.dot(d)) / norm, local };
}

test("stochastic reconfiguration of a complex ψ: the real part of the geometric tensor", async (t) => {
  const model = net(3, 3, 2);
  const store = await (await reference()).store(model, { seed: 4 });
  const random = (seed: number) =>
    new Matrix(
      Array.from({ length: 8 }, (_, a) =>
        Array.from({ length: 8 }, (_, b) => Math.sin(seed + 13 * a + 29 * b * b)),
      ),
    );
  const [x, y] = [random(1), random(2)];
  const [re, im] = [Matrix.add(x, x.transpose()), Matrix.sub(y, y.transpose())];
  const stepOf = (optimizer: Optimizer) =>
    trainingStep(store, {
      optimizer,
      feeds: { s: [8, 3], local: [8, 2] },
      loss: ({ s, local }, { apply, observe }) => {
        const h = apply(model, s);
        observe(h, amplitude({ enumerated: true }));
        return { loss: energyLoss(h, local, { enumerated: true }), outputs: { h } };
      },
    });
  const look = await stepOf(sgd({ learningRate: 0 }));
  const current = async () => {
    const nothing = tensor(new Float64Array(16), { shape: [8, 2] });
    const { outputs } = await look.run({ s: spinStates(3), local: nothing });
    return [...(outputs.h?.data() ?? [])];
  };
  const h = await current();
  const rows = await differences(store, model, current);
  const gradient = await differences(store, model, async () => [
    complexEnergies(await current(), re, im).energy,
  ]);
  await look.close();
  const p = squares(h.filter((_, at) => at % 2 === 0));
  const column = (k: number) => new Matrix(p.map((_, s) => rows.getRow(2 * s + k)));
  const metric = covariance(p, column(0), column(0)).add(covariance(p, column(1), column(1)));
  const { local, energy } = complexEnergies(h, re, im);
  const step = await stepOf(once());
  let loss = Number.NaN;
  const moved = await movedBy(store, model, {
    run: async () => {
      ({ loss } = await step.run({ s: spinStates(3), local }));
    },
  });
  const damped = metric.add(Matrix.eye(metric.rows).mul(lambda));
  const expected = solve(damped, gradient.transpose()).to1DArray();
  t.ok(farApart(moved, expected) < 1e-6, `off by ${farApart(moved, expected)}`);
  t.ok(Math.abs(loss - energy) < 1e-12, "the loss is the energy");
  await store.close();
});

const exact = -Array.from({ length: 3 }, (_, k) => {
  const angle = (2 * Math.PI * (k + 0.5)) / 3;
  const { coupling: j, field: f } = chain;
  return Math.sqrt(j * j + f * f - 2 * j * f * Math.cos(angle));
}).reduce((a, b) => a + b, 0);

test("energies of all states never rise by small steps, and none is below the exact one", async (t) => {
  for (const optimizer of [
    stochasticReconfiguration({ absolute: 1e-4, learningRate: 0.02 }),
    stochasticReconfiguration({ absolute: 1e-4, learningRate: 0.02, momentum: 0.5 }),
    engd({ absolute: 1e-4 }),
  ]) {
    const model = net(3, 4);
    const store = await (await reference()).store(model, { seed: 2 });
    const step = await enumerated(store, model, 3, optimizer);
    const energies: number[] = [];
    for (let k = 0; k < 12; k++) energies.push((await step.run({ s: spinStates(3) })).loss);
    const rises = energies.filter((one, k) => k > 0 && one > (energies[k - 1] as number) + 1e-12);
    t.equal(rises.length, 0, `${optimizer.name}: ${energies[0]} to ${energies.at(-1)}`);
    t.ok((energies.at(-1) as number) >= exact - 1e-12, `not below ${exact}`);
    if (optimizer.name !== "engd") continue;
    t.ok((energies.at(-1) as number) < exact + 1e-4, "and engd comes to it");
  }
});

test("wave functions: what does not centre rows refuses them, and shapes must fit", async (t) => {
  const model = net(3, 4);
  const store = await (await reference()).store(model, { seed: 2 });
  const kfac = rngd({ metrics: kfacMetrics(), schedule: constantSchedule() });
  await rejects(
    t,
    (async () => {
      const step = await enumerated(store, model, 3, kfac);
      await step.run({ s: spinStates(3) });
    })(),
    MetricError,
    /rows must be centred.*observedMetrics/,
  );
  t.throws(() => energyLoss(zeros([4]), zeros([5])), /a local energy for each sample, got \[5\]/);
  t.throws(() => energyLoss(zeros([4, 3]), zeros([4])), ShapeError, "three columns");
  t.throws(() => flippedOfAll(zeros([6])), /there must be 2\^N states, got \[6\]/);
  t.throws(() => isingEnergies(zeros([6]), zeros([6]), zeros([6])), /spins must be \[n, N\]/);
  t.throws(() => spinStates(30), /integer from 1 to 20, got 30/);
});
