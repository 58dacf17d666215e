/** RNGD with every table of metrics: subsystems of any size and their approximations on equal terms. */
import { add, compile, grad, type Node } from "@metrigrad/graph";
import {
  autoMetric,
  fullMetrics,
  kfacMetrics,
  type MetricTable,
  metrics,
  partition,
  stackedMetrics,
  standardMetrics,
  subsystems,
} from "@metrigrad/metric";
import { batchNorm, dense, freeze, type Module, sequential } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { rngd } from "../../src/index.ts";
import { contextOf, inputs, labels, train } from "../problem.ts";

const shared = dense(5, 5, { activation: "tanh" });
const model: Module = sequential(
  dense(4, 5, { activation: "tanh" }),
  shared,
  batchNorm(5),
  shared,
  dense(5, 3),
);

const tables: Readonly<Record<string, MetricTable>> = {
  "standardMetrics, a module used twice": standardMetrics,
  fullMetrics,
  "two layers": stackedMetrics(),
  "the whole model": partition(model, "whole"),
  "two groups": partition(model, [model.children.slice(0, 2), model.children.slice(4)]),
  neurons: partition(model, "neuron", fullMetrics),
  "autoMetric of dense layers": metrics(autoMetric(dense), autoMetric(batchNorm)),
  "K-FAC": metrics.kfac(),
  "K-FAC, split and drawn": kfacMetrics({ split: true, samples: 1 }),
  EKFAC: metrics.ekfac(),
  diagonal: metrics.diagonal(),
  "quasi-diagonal": metrics.quasiDiagonal({ metrics: fullMetrics }),
};

for (const [name, table] of Object.entries(tables)) {
  test(`rngd with ${name}: the loss falls`, async (t) => {
    const optimizer = rngd({ metrics: table, learningRate: 0.05, absolute: 0.3, forward: "infer" });
    const { losses } = await train(model, optimizer, 12);
    const [first, last] = [losses[0] as number, losses.at(-1) as number];
    t.ok(last < 0.9 * first, `${first} to ${last}`);
  });
}

test("rngd with the whole model as one subsystem: the step is −γ(g + λI)⁻¹ of all gradients at once", async (t) => {
  const small: Module = sequential(dense(4, 3, { activation: "tanh" }), dense(3, 3));
  const table = partition(small, "whole");
  const settings = { metrics: table, learningRate: 0.1, momentum: 0, absolute: 0.2 };
  const { parameters } = await train(small, rngd(settings), 1);
  const context = contextOf(small);
  const backend = await reference();
  const store = await backend.store(small, { seed: 1 });
  const variables = context.parameters.map(({ variable }) => variable);
  const [one] = subsystems(context.applications, table, variables);
  const loss = add(context.loss, context.penalty?.value ?? 0);
  const matrix = one?.block?.toDense() as Node;
  const program = await compile({ outputs: [matrix, ...grad(loss, variables)] }, store);
  const values = await Promise.all(
    (await program.run({ x: inputs, y: labels })).map(async (handle) =>
      (await handle.read()).data(),
    ),
  );
  const gradient = Matrix.columnVector(values.slice(1).flatMap((part) => [...part]));
  const g = Matrix.from1DArray(gradient.rows, gradient.rows, [...(values[0] ?? [])]);
  const step = solve(Matrix.add(g, Matrix.eye(g.rows).mul(0.2)), gradient).mul(-0.1);
  const before: number[] = [];
  const after: number[] = [];
  for (const { path } of context.parameters) {
    before.push(...(await store.read(path)).data());
    after.push(...(parameters.get(path) ?? []));
  }
  await backend.close();
  const off = after.map((value, k) => value - (before[k] as number) - step.get(k, 0));
  t.equal(off.length, g.rows);
  t.ok(Math.max(...off.map(Math.abs)) < 1e-12);
  t.ok(Math.max(...step.to1DArray().map(Math.abs)) > 1e-3, "the step is no trifle");
});

test("rngd: frozen modules stay as they are", async (t) => {
  const first = dense(4, 5, { activation: "tanh" });
  const frozen: Module = sequential(freeze(first), dense(5, 3));
  const one = await train(frozen, rngd({ metrics: fullMetrics }), 1);
  const { losses, parameters } = await train(frozen, rngd({ metrics: fullMetrics }), 5);
  t.deepEqual(parameters.get("dense0/w"), one.parameters.get("dense0/w"));
  t.notDeepEqual(parameters.get("dense1/w"), one.parameters.get("dense1/w"));
  t.ok((losses.at(-1) as number) < (losses[0] as number));
});
