/** Metrics whose making would take minutes are refused before anything is compiled. */
import { input } from "@metrigrad/graph";
import {
  explain,
  fullMetrics,
  type MetricTable,
  metrics,
  type Over,
  solversWithin,
  subsystems,
} from "@metrigrad/metric";
import { applyModel, categorical, dense, type Module } from "@metrigrad/nn";
import test from "tape";
import { type RngdSettings, rngd } from "../../src/index.ts";
import { classifier, contextOf } from "../problem.ts";

/** Of 7,000 inputs: eigenvectors of [7001, 7001] take about 3·10¹² multiply-adds. */
const wide: Module = dense(7000, 10);

/** What an optimizer with the default budget of work makes of a table. */
function chosen(table: MetricTable, over: Over) {
  const x = input("x", [50, 7000]);
  const { applications, parameters } = applyModel(wide, x, { law: categorical() });
  const variables = parameters.map(({ variable }) => variable);
  const found = subsystems(applications, table, variables);
  const budgets = { memoryBudget: Number.POSITIVE_INFINITY, workBudget: 1e11 };
  return [...solversWithin("rngd", found, { over, ...budgets }).values()];
}

test("work: K-FAC of 7,000 inputs is refused at every step, with what takes less", (t) => {
  t.throws(
    () => chosen(metrics.kfac(), "batch"),
    /rngd: a step must take at most workBudget, 100 G multiply-adds, got 3\.09 T, most of them for \[7001, 7001\] ⊗ \[10, 10\] of w \(3\.09 T, eigenvectors of two factors\); make the metric more rarely \(\{ over: \{ every: 31 \} \}\), take metrics\.kfac\(\{ split: true \}\)/,
  );
  t.throws(() => chosen(metrics.ekfac(), "batch"), /rngd: a step must take at most workBudget/);
  t.equal(chosen(metrics.kfac(), { every: 32 })[0]?.solver, "kronecker", "made every 32 steps");
  t.equal(chosen(metrics.kfac({ split: true }), "batch")[0]?.why, "two Cholesky factors");
  const { build } = explain(wide, {
    batchSize: 50,
    metrics: metrics.kfac(),
    likelihood: categorical(),
  });
  t.ok(build > 3e12, `and explain tells it: ${build}`);
  t.end();
});

test("work: a budget of an optimizer's own", (t) => {
  const update = (settings: RngdSettings) => () => rngd(settings).update(contextOf(classifier()));
  const all = { metrics: fullMetrics };
  t.throws(
    update({ ...all, workBudget: 100 }),
    /rngd: a step must take at most workBudget, 100 mul/,
  );
  t.doesNotThrow(update({ ...all, workBudget: 1e6 }));
  t.throws(
    update({ workBudget: Number.NaN }),
    /rngd: workBudget must be a positive number of multiply-adds, got NaN; pass/,
  );
  t.deepEqual(rngd({ workBudget: 1e12 }).settings.workBudget, 1e12);
  t.notOk("workBudget" in rngd().settings);
  t.end();
});
