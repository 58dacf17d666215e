/** The paper's running average and its inverse. */

import { cpu } from "@metrigrad/cpu";
import { compile, type Program } from "@metrigrad/graph";
import {
  linearMetrics,
  type MetricTable,
  metrics as metricsOf,
  rfim,
  standardMetrics,
} from "@metrigrad/metric";
import { categorical } from "@metrigrad/nn";
import { type Backend, reference } from "@metrigrad/tensor";
import { inverse, Matrix } from "ml-matrix";
import test from "tape";
import { type Optimizer, rngd, sgd } from "../../src/index.ts";
import { batchSize, classifier, contextOf, gap, inputs, labels } from "../problem.ts";

/** Backends with the limits of their errors: of float64, and of float32 after some steps. */
const backends = [
  { name: "reference", open: () => reference(), limit: 1e-12 },
  { name: "cpu", open: () => cpu({ threads: 1 }), limit: 2e-6 },
] as const;

const decay = 0.9;
const feeds = { x: inputs, y: labels };

/** x̃ rows of the first layer. */
function augmented(): Matrix {
  const x = inputs.data();
  return new Matrix(Array.from({ length: batchSize }, (_, s) => [...x.slice(4 * s, 4 * s + 4), 1]));
}

/** Runs the phases that are due, in order, at steps 0 … steps − 1; then reads variables. */
async function slotsAfter(
  optimizer: Optimizer,
  steps: number,
  names: readonly string[],
  open: () => Promise<Backend> = reference,
) {
  const model = classifier();
  const phases = optimizer.update(contextOf(model));
  const backend = await open();
  const store = await backend.store(model, { seed: 1 });
  const programs: Program<unknown>[] = [];
  for (const { updates } of phases) programs.push(await compile({ outputs: [], updates }, store));
  for (let step = 0; step < steps; step++) {
    for (const [index, { every, from = 0 }] of phases.entries()) {
      if (step % every !== 0 || step < from) continue;
      const program = programs[index] as Program<unknown>;
      const used = new Set(program.plan.feeds.map(({ name }) => name));
      await program.run(
        Object.fromEntries(Object.entries(feeds).filter(([name]) => used.has(name))),
      );
    }
  }
  const values = new Map<string, Float64Array>();
  for (const name of names) values.set(name, Float64Array.from((await store.read(name)).data()));
  await backend.close();
  return values;
}

function paper(metrics: MetricTable, refreshEvery = 1000, learningRate = 0): Optimizer {
  return rngd.paper({ metrics, learningRate, over: { average: decay, every: refreshEvery } });
}

/** The metrics of the first layer's five tanh units, from its weights. */
function unitMetrics(weights: ArrayLike<number>): Matrix[] {
  const rows = augmented();
  const outputs = rows.mmul(Matrix.from1DArray(5, 5, Array.from(weights)));
  return Array.from({ length: 5 }, (_, unit) => {
    const nu = outputs.getColumn(unit).map((t) => 1 / Math.cosh(t) ** 2 / batchSize);
    return rows.transpose().mmul(Matrix.diag(nu)).mmul(rows);
  });
}

for (const { name: on, open, limit } of backends) {
  test(`T18 after k updates on one batch M = ρᵏI + (1 − ρᵏ)G, one matrix for all units, on ${on}`, async (t) => {
    const rows = augmented();
    const batch = rows.transpose().mmul(rows).div(batchSize);
    for (const k of [1, 2, 7]) {
      const name = "optimizer/metric/dense0/w";
      const found = (await slotsAfter(paper(linearMetrics), k, [name], open)).get(name);
      const share = decay ** k;
      const expected = Matrix.add(Matrix.eye(5).mul(share), Matrix.mul(batch, 1 - share));
      t.ok(gap(found, expected.to1DArray()) < limit, `k = ${k}`);
    }
  });

  test(`T18 the same with one matrix per unit, on ${on}`, async (t) => {
    const name = "optimizer/metric/dense0/w";
    const found = await slotsAfter(paper(standardMetrics), 4, [name, "dense0/w"], open);
    const share = decay ** 4;
    const expected = unitMetrics(found.get("dense0/w") ?? []).flatMap((one) => {
      return Matrix.add(Matrix.eye(5).mul(share), Matrix.mul(one, 1 - share)).to1DArray();
    });
    t.ok(gap(found.get(name), expected) < limit);
  });

  test(`T18 with the inverse I, until the first refresh, steps are those of SGD, on ${on}`, async (t) => {
    const names = ["dense0/w", "dense1/w"];
    const start = await slotsAfter(sgd({ learningRate: 0.2 }), 0, names, open);
    // SGD in float64 is what both must do.
    const plain = await slotsAfter(sgd({ learningRate: 0.2 }), 5, names);
    for (const metrics of [linearMetrics, standardMetrics]) {
      const natural = await slotsAfter(paper(metrics, 1000, 0.2), 5, names, open);
      for (const name of names) {
        t.ok(gap(natural.get(name), plain.get(name)) < limit, name);
        t.ok(gap(natural.get(name), start.get(name)) > 0.01, "the steps are no trifle");
      }
    }
  });
}

test("a refresh keeps (M + ε_rel tr M · I)⁻¹ of the average as it is then", async (t) => {
  const names = ["optimizer/inverse/dense0/w"];
  const rows = augmented();
  const batch = rows.transpose().mmul(rows).div(batchSize);
  // Refreshed at the start of step 3, after three averages; not changed by the step itself.
  const found = await slotsAfter(paper(linearMetrics, 3), 5, names);
  const share = decay ** 3;
  const average = Matrix.add(Matrix.eye(5).mul(share), Matrix.mul(batch, 1 - share));
  const damped = Matrix.add(average, Matrix.eye(5).mul(1e-4 * average.trace()));
  t.ok(gap(found.get(names[0] ?? ""), inverse(damped).to1DArray()) < 1e-12);
});

/** A and G of K-FAC of the first layer, from its matrix: A is that of the inputs, G = Σ_a g[ai, aj]/tr A. */
async function kroneckerFactors(): Promise<{ readonly a: Matrix; readonly g: Matrix }> {
  const model = classifier();
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const options = { store, likelihood: categorical(), metrics: metricsOf.kfac() };
  const found = await (await rfim(model, inputs, options)).blocks[0]?.toDense();
  await backend.close();
  const whole = Matrix.from1DArray(25, 25, [...(found?.data() ?? [])]);
  const rows = augmented();
  const a = rows.transpose().mmul(rows).div(batchSize);
  const g = Matrix.zeros(5, 5);
  for (let k = 0; k < 5; k++)
    g.add(whole.subMatrix(5 * k, 5 * k + 4, 5 * k, 5 * k + 4).div(a.trace()));
  return { a, g };
}

for (const { name: on, open, limit } of backends) {
  test(`T18 of a Kronecker product the factors are averaged, each from I, on ${on}`, async (t) => {
    const names = ["a", "g"].map((one) => `optimizer/metric/${one}/dense0/w`);
    const found = await slotsAfter(paper(metricsOf.kfac()), 3, names, open);
    const { a, g } = await kroneckerFactors();
    for (const [index, factor] of [a, g].entries()) {
      const share = decay ** 3;
      const expected = Matrix.add(Matrix.eye(5).mul(share), Matrix.mul(factor, 1 - share));
      t.ok(gap(found.get(names[index] as string), expected.to1DArray()) < limit, names[index]);
    }
  });
}

test("of a Kronecker product the damping of an average is split where the block says so", async (t) => {
  const optimizer = rngd.paper({
    metrics: metricsOf.kfac({ split: true }),
    learningRate: 0,
    relative: 0.01,
    over: { average: decay, every: 2 },
  });
  const names = ["left", "right"].map((one) => `optimizer/${one}/dense0/w`);
  const found = await slotsAfter(optimizer, 3, names);
  const { a, g } = await kroneckerFactors();
  const share = decay ** 2;
  const [left, right] = [a, g].map((factor) =>
    Matrix.add(Matrix.eye(5).mul(share), Matrix.mul(factor, 1 - share)),
  ) as [Matrix, Matrix];
  const root = Math.sqrt(0.01 * left.trace() * right.trace());
  const pi = Math.sqrt(left.trace() / right.trace());
  const expected = [
    inverse(Matrix.add(left, Matrix.eye(5).mul(root * pi))),
    inverse(Matrix.add(right, Matrix.eye(5).mul(root / pi))),
  ];
  for (const [index, name] of names.entries())
    t.ok(gap(found.get(name), (expected[index] as Matrix).to1DArray()) < 1e-10, name);
});

for (const { name: on, open, limit } of backends) {
  test(`T18 diagonal and quasi-diagonal metrics average their diagonals, from 1, on ${on}`, async (t) => {
    const model = classifier();
    const backend = await reference();
    const store = await backend.store(model, { seed: 1 });
    const options = { store, likelihood: categorical() };
    for (const table of [metricsOf.diagonal(), metricsOf.quasiDiagonal()]) {
      const { blocks } = await rfim(model, inputs, { ...options, metrics: table });
      const dense = Matrix.from1DArray(25, 25, [...((await blocks[0]?.toDense())?.data() ?? [])]);
      const name = "optimizer/metric/diagonal/dense0/w";
      const found = (await slotsAfter(paper(table), 3, [name], open)).get(name);
      const expected = dense.diag().map((value) => decay ** 3 + (1 - decay ** 3) * value);
      t.ok(gap(found, expected) < limit, String(blocks[0]?.form));
    }
    await backend.close();
  });
}
