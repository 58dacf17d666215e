/** What a step tells of itself, against the host. */
import { compile, type Node } from "@metrigrad/graph";
import {
  fullMetrics,
  linearMetrics,
  type MetricTable,
  metrics,
  rfim,
  standardMetrics,
} from "@metrigrad/metric";
import { categorical } from "@metrigrad/nn";
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { type Optimizer, type Quantity, rngd, sgd } from "../../src/index.ts";
import { batchSize, classifier, contextOf, inputs, labels, start } from "../problem.ts";

/** All quantities of the first step, by "name" or "module name". */
async function told(
  optimizer: Optimizer,
  beta = 0.01,
  values: Readonly<Record<string, Tensor>> = {},
): Promise<Map<string, number[]>> {
  const model = classifier();
  const phases = optimizer.update(contextOf(model, beta));
  const report = phases.at(-1)?.report;
  const named = (prefix: string, list: readonly Quantity[]) =>
    list.map(({ name, value }) => [prefix + name, value()] as const);
  const all = [
    ...named("", report?.quantities ?? []),
    ...(report?.blocks ?? []).flatMap(({ path, quantities }) => named(`${path} `, quantities)),
  ];
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  for (const [name, value] of Object.entries(values)) await store.write(name, value);
  const feeds: Record<string, Tensor> = { x: inputs, y: labels };
  const run = async (nodes: readonly Node[], updates: (typeof phases)[0]["updates"]) => {
    const program = await compile({ outputs: nodes, updates }, store);
    const used = program.plan.feeds.map(({ name }) => [name, feeds[name] as Tensor] as const);
    return program.run(Object.fromEntries(used));
  };
  for (const { updates, from = 0 } of phases.slice(0, -1)) if (from === 0) await run([], updates);
  const handles = await run(
    all.map(([, node]) => node),
    [],
  );
  const found = new Map<string, number[]>();
  for (const [index, [name]] of all.entries())
    found.set(name, [...((await handles[index]?.read())?.data() ?? [])]);
  await backend.close();
  return found;
}

const rows = new Matrix(
  Array.from({ length: batchSize }, (_, s) => [...inputs.data().slice(4 * s, 4 * s + 4), 1]),
);

/** The metrics of the five units of the first layer. */
async function metricsOf(table: MetricTable): Promise<Matrix[]> {
  const [first] = await start(classifier());
  const outputs = rows.mmul(Matrix.from1DArray(5, 5, [...(first?.value ?? [])]));
  return Array.from({ length: 5 }, (_, unit) => {
    const nu = outputs
      .getColumn(unit)
      .map((t) => (table === linearMetrics ? 1 : 1 / Math.cosh(t) ** 2) / batchSize);
    return rows.transpose().mmul(Matrix.diag(nu)).mmul(rows);
  });
}

const close = (a: number | undefined, b: number, by: number) =>
  Math.abs((a ?? Number.NaN) - b) <= by * Math.abs(b);

for (const [name, table] of [
  ["shared rows", linearMetrics],
  ["unit rows", standardMetrics],
] as const) {
  for (const refreshEvery of [1, 10]) {
    test(`report, ${name}, refreshEvery ${refreshEvery}: λ, residual, length and condition`, async (t) => {
      const settings = {
        metrics: table,
        relative: 0.01,
        absolute: 0.05,
        over: { every: refreshEvery },
      };
      const learningRate = 0.4;
      const values = await told(rngd({ ...settings, momentum: 0, learningRate }));
      const g = await metricsOf(table);
      const lambdas = g.map((one) => 0.01 * one.trace() + 0.05);
      const expected = table === linearMetrics ? lambdas.slice(0, 1) : lambdas;
      const found = values.get("dense0 lambda") ?? [];
      t.equal(found.length, expected.length);
      t.ok(
        expected.every((lambda, i) => close(found[i], lambda, 1e-12)),
        "λ",
      );
      t.ok((values.get("dense0 residual")?.[0] ?? 1) < 1e-12, "residual");
      // γ√(p'gp) with the direction p of every unit.
      const [first] = await start(classifier());
      const gradient = Matrix.from1DArray(5, 5, [...(first?.gradient ?? [])]);
      const squares = g.map((one, unit) => {
        const damped = Matrix.add(one, Matrix.eye(5).mul(lambdas[unit] as number));
        const p = Matrix.mul(gradient, 1).getColumnVector(unit);
        const direction = inverseTimes(damped, p);
        return direction.transpose().mmul(one).mmul(direction).get(0, 0);
      });
      const length = learningRate * Math.sqrt(squares.reduce((a, b) => a + b, 0));
      t.ok(close(values.get("dense0 length")?.[0], length, 1e-11), "length");
      const whole = Math.hypot(
        values.get("dense0 length")?.[0] ?? 0,
        values.get("dense1 length")?.[0] ?? 0,
      );
      t.ok(close(values.get("length")?.[0], whole, 1e-12), "of the whole step");
      const conditions = g.map((one, unit) => {
        const values = new EigenvalueDecomposition(one).realEigenvalues;
        const lambda = lambdas[unit] as number;
        return (Math.max(...values) + lambda) / (Math.min(...values) + lambda);
      });
      t.ok(close(values.get("dense0 condition")?.[0], Math.max(...conditions), 0.05), "condition");
    });
  }
}

/** The condition number of the last layer's damped matrix over all its units. */
async function lastCondition(table: MetricTable, lambda: number): Promise<number> {
  const model = classifier();
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const g = await rfim(model, inputs, { store, likelihood: categorical(), metrics: table });
  const dense = await (g.blocks[1] as (typeof g.blocks)[0]).toDense();
  const matrix = Matrix.from1DArray(dense.shape[0] ?? 0, dense.shape[1] ?? 0, [...dense.data()]);
  await backend.close();
  const values = new EigenvalueDecomposition(matrix).realEigenvalues;
  return (Math.max(...values) + lambda) / (Math.min(...values) + lambda);
}

for (const [name, table] of [
  ["soft-max layer", fullMetrics],
  ["K-FAC", metrics.kfac()],
] as const) {
  test(`report, ${name}: the condition of a matrix over all units`, async (t) => {
    const values = await told(rngd({ metrics: table, absolute: 0.05 }));
    const expected = await lastCondition(table, 0.05);
    const condition = values.get("dense1 condition")?.[0] ?? 0;
    // Rayleigh quotients are never above it.
    t.ok(condition <= expected * (1 + 1e-9) && condition > 0.8 * expected, "condition");
    t.ok((values.get("dense1 residual")?.[0] ?? 1) < 1e-12, "residual");
  });
}

for (const refreshEvery of [1, 5]) {
  test(`report, split damping, refreshEvery ${refreshEvery}: the residual of what was solved`, async (t) => {
    const table = metrics.kfac({ split: true });
    const values = await told(
      rngd({ metrics: table, absolute: 0.05, over: { every: refreshEvery } }),
    );
    for (const path of ["dense0", "dense1"])
      t.ok((values.get(`${path} residual`)?.[0] ?? 1) < 1e-10, path);
  });
}

const inverseTimes = (a: Matrix, v: Matrix) => {
  const { eigenvectorMatrix: q, realEigenvalues: e } = new EigenvalueDecomposition(a);
  return q
    .mmul(Matrix.diag(e.map((value) => 1 / value)))
    .mmul(q.transpose())
    .mmul(v);
};

test("report: an average tells the residual of its inverse, and transforms what they chose", async (t) => {
  const paper = await told(rngd.paper({ reject: 0, klClip: 1 }));
  // Before the first inversion: the inverse of M₀ = I, with no damping.
  t.deepEqual(paper.get("dense0 lambda"), [0]);
  t.ok((paper.get("dense0 residual")?.[0] ?? 1) < 1e-14, "residual");
  t.ok(close(paper.get("dense0 condition")?.[0], 1, 1e-12), "condition");
  t.deepEqual(paper.get("accepted"), [1]);
  const adapted = await told(rngd({ adapt: {}, quadratic: {} }));
  t.ok((adapted.get("alpha")?.[0] ?? 0) > 0);
  t.deepEqual(adapted.get("mu"), [0], "no last step yet");
  t.deepEqual(adapted.get("dampingFactor"), [1]);
  t.ok((adapted.get("reductionRatio")?.[0] ?? 0) > 0.5);
});

test("report: blocks say their parameters and solver; a chain without a metric has none", (t) => {
  const blocks = (optimizer: Optimizer) =>
    optimizer
      .update(contextOf(classifier()))
      .at(-1)
      ?.report?.blocks.map(({ path, params, solver }) => `${path}: ${params.join()}, ${solver}`);
  t.deepEqual(blocks(rngd()), ["dense0: dense0/w, dense", "dense1: dense1/w, dense"]);
  t.deepEqual(blocks(rngd({ solver: "woodbury" })), [
    "dense0: dense0/w, woodbury in the space of outputs",
    "dense1: dense1/w, woodbury in the space of outputs",
  ]);
  t.deepEqual(blocks(rngd({ over: { every: 5 } })), [
    "dense0: dense0/w, dense, kept",
    "dense1: dense1/w, dense, kept",
  ]);
  t.deepEqual(blocks(sgd()), []);
  t.end();
});

test("report: a gradient of 0 leaves a residual and a length of 0", async (t) => {
  // Nothing of the first layer reaches the loss.
  const nothing = { "dense1/w": tensor(new Float64Array(18), { shape: [6, 3] }) };
  for (const refreshEvery of [1, 2]) {
    const found = await told(rngd({ over: { every: refreshEvery } }), 0, nothing);
    for (const what of ["residual", "length", "condition"])
      t.deepEqual(found.get(`dense0 ${what}`), [0], what);
    t.ok((found.get("length")?.[0] ?? 0) > 0, "the other layer steps");
  }
});

test("report: everything that it needs is held when the phases are made", (t) => {
  const tables = {
    "rows by neuron": standardMetrics,
    "soft-max rows": fullMetrics,
    "K-FAC": metrics.kfac(),
    "K-FAC, split": metrics.kfac({ split: true }),
    EKFAC: metrics.ekfac(),
    diagonal: metrics.diagonal(),
    "quasi-diagonal": metrics.quasiDiagonal(),
  };
  for (const [name, table] of Object.entries(tables)) {
    for (const over of [{ every: 2 }, { average: 0.9, every: 2 }] as const) {
      const phases = rngd({ metrics: table, over }).update(contextOf(classifier()));
      const held = () => phases.map(({ updates }) => updates.length);
      const before = held();
      for (const { report } of phases) {
        for (const { quantities } of report?.blocks ?? [])
          for (const one of quantities) one.value();
      }
      t.deepEqual(held(), before, `${name}, ${JSON.stringify(over)}`);
    }
  }
  t.end();
});
