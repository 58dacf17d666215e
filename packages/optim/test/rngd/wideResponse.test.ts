/** K-FAC of a model with hundreds of outputs: exactly where that fits, else by draws. */
import { input } from "@metrigrad/graph";
import { explain, kfacMetrics, type MetricTable, metrics } from "@metrigrad/metric";
import { bernoulli, dense, sequential } from "@metrigrad/nn";
import test from "tape";
import { type RngdSettings, rngd } from "../../src/index.ts";
import { contextOf } from "../problem.ts";

const likelihood = bernoulli();

const autoencoder = sequential(dense(784, 32, { activation: "tanh" }), dense(32, 784));

const told = (table: MetricTable, batchSize: number, options = {}) =>
  explain(autoencoder, { batchSize, metrics: table, likelihood, ...options });

test("K-FAC of 784 outputs: columns beyond their limit are refused, with what has fewer", (t) => {
  t.throws(
    () => told(kfacMetrics(), 500),
    /metrics by the model's responses: the columns of the law's information must fit in 2²⁷ floats, since each is pulled back, got 784 of \[500, 784\] for bernoulli\{0, 1\}; use draws of them, \{ samples: 1 \}, or a smaller batch/,
  );
  t.throws(() => told(metrics.ekfac(), 500), /use draws of them, \{ samples: 1 \}/);
  t.doesNotThrow(() => told(kfacMetrics({ samples: 1 }), 500));
  t.doesNotThrow(() => told(kfacMetrics(), 4), "of few rows they are small");
  t.end();
});

test("K-FAC of 784 outputs: bytes and work of the columns are told, and bounded by the budgets", (t) => {
  const [exact, drawn] = [told(kfacMetrics(), 100), told(kfacMetrics({ samples: 1 }), 100)];
  // F of the last layer, and of the first.
  const floats = 100 * 784 * (784 + 32);
  t.equal(exact.bytes - drawn.bytes, 4 * (floats - floats / 784));
  // Every column goes through W' [784, 32]; G is made of 784 · 100 rows.
  const least = 784 * 100 * (784 * 32 + 784 ** 2 / 2);
  const more = exact.build - drawn.build;
  t.ok(more > least && more < 1.1 * least, `${more} and ${least}`);
  t.throws(
    () => told(kfacMetrics(), 100, { memoryBudget: 1e8 }),
    /must fit in memoryBudget, 100 MB, got .*; use draws of the responses, metrics\.kfac\(\{ samples: 1 \}\), or/,
  );
  t.doesNotThrow(() => told(kfacMetrics({ samples: 1 }), 100, { memoryBudget: 1e8 }));
  const step = (table: MetricTable, settings: RngdSettings = {}) => {
    const model = sequential(dense(4, 32, { activation: "tanh" }), dense(32, 784));
    const context = contextOf(model, 0, likelihood, input("y", [40, 784]), 40);
    return rngd({ metrics: table, workBudget: 1e10, ...settings }).update(context);
  };
  const split = { split: true };
  t.throws(
    () => step(kfacMetrics(split)),
    /rngd: a step must take at most workBudget, 10\.0 G multiply-adds, got .*; use draws of the responses, metrics\.kfac\(\{ samples: 1 \}\), or make the metric more rarely/,
  );
  t.doesNotThrow(() => step(kfacMetrics({ ...split, samples: 1 })));
  t.throws(
    () => step(kfacMetrics({ samples: 1 }), { workBudget: 1e8 }),
    /\); make the metric more rarely/,
    "eigenvectors take most of it",
  );
  t.end();
});
