/** The paper's running average and its inverse. */
import { compile, type Program } from "@metrigrad/graph";
import { linearMetrics, type MetricTable, standardMetrics } from "@metrigrad/metric";
import { reference } from "@metrigrad/tensor";
import { inverse, Matrix } from "ml-matrix";
import test from "tape";
import { type Optimizer, rngd, sgd } from "../../src/index.ts";
import { batchSize, classifier, contextOf, gap, inputs, labels, train } from "../problem.ts";

const decay = 0.9;
const feeds = { x: inputs, y: labels };

/** x̃ rows of the first layer. */
function augmented(): Matrix {
  const x = inputs.data();
  return new Matrix(Array.from({ length: batchSize }, (_, s) => [...x.slice(4 * s, 4 * s + 4), 1]));
}

/** Runs the phases that are due, in order, at steps 0 … steps − 1; then reads variables. */
async function slotsAfter(optimizer: Optimizer, steps: number, names: readonly string[]) {
  const model = classifier();
  const phases = optimizer.update(contextOf(model));
  const backend = await reference();
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
  return rngd.paper({ metrics, learningRate, average: { decay, refreshEvery } });
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

test("T18 after k updates on one batch M = ρᵏI + (1 − ρᵏ)G, one matrix for all units", async (t) => {
  const rows = augmented();
  const batch = rows.transpose().mmul(rows).div(batchSize);
  for (const k of [1, 2, 7]) {
    const name = "optimizer/metric/dense0/w";
    const found = (await slotsAfter(paper(linearMetrics), k, [name])).get(name);
    const share = decay ** k;
    const expected = Matrix.add(Matrix.eye(5).mul(share), Matrix.mul(batch, 1 - share));
    t.ok(gap(found, expected.to1DArray()) < 1e-12, `k = ${k}`);
  }
});

test("T18 the same with one matrix per unit", async (t) => {
  const name = "optimizer/metric/dense0/w";
  const found = await slotsAfter(paper(standardMetrics), 4, [name, "dense0/w"]);
  const share = decay ** 4;
  const expected = unitMetrics(found.get("dense0/w") ?? []).flatMap((one) => {
    return Matrix.add(Matrix.eye(5).mul(share), Matrix.mul(one, 1 - share)).to1DArray();
  });
  t.ok(gap(found.get(name), expected) < 1e-12);
});

test("T18 with the inverse I, until the first refresh, steps are those of SGD", async (t) => {
  for (const metrics of [linearMetrics, standardMetrics]) {
    const natural = await train(classifier(), paper(metrics, 1000, 0.2), 5);
    const plain = await train(classifier(), sgd({ learningRate: 0.2 }), 5);
    for (const name of ["dense0/w", "dense1/w"]) {
      t.ok(gap(natural.parameters.get(name), plain.parameters.get(name)) < 1e-13, name);
    }
  }
});

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
