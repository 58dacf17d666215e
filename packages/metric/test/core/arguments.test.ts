/** Arguments that are none, as they come from JavaScript: each door refuses them in its own words. */
import { constant, input, type Node, softplus } from "@metrigrad/graph";
import * as metric from "@metrigrad/metric";
import { categorical, dense, sequential } from "@metrigrad/nn";
import test from "tape";

/** Functions that take any arguments. */
type Loose = (...given: unknown[]) => unknown;
const doors = metric as unknown as Record<string, Loose>;
const door = (name: string) => doors[name] as Loose;

const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 3));

interface Context {
  readonly params: Readonly<Record<string, Node>>;
}

/** A table in which dense layers have what `block` returns. */
const returning = (block: (context: Context) => unknown) =>
  metric.explain(model, {
    batchSize: 3,
    metrics: metric.metrics(metric.defMetric(dense, { block: block as never })),
  });
const rows = input("x", [3, 2]);
const shared = metric.sharedGram(rows, 2) as unknown as Record<string, Loose>;
const v = input("v", [3, 2]);

for (const [name, make, message] of [
  ["explain, model", () => door("explain")(undefined, 5), /explain: the model must be a module/],
  [
    "explain, names",
    () => door("explain")(model, { batchSize: 3, budget: 3 }),
    /explain: options must be among batchSize, .*, got budget/,
  ],
  [
    "explain, inputs",
    () => door("explain")(model, { batchSize: 3, inputs: 2 }),
    /explain: inputs must be the shape of one sample, or shapes .*, got 2; pass \{ inputs: \[784\] \}/,
  ],
  [
    "explain, over",
    () => door("explain")(model, { batchSize: 3, over: { average: 0.9 } }),
    /explain, over: it must be "batch", \{ every \}, .*, got an average without `every`; choose one/,
  ],
  [
    "explain, budget",
    () => door("explain")(model, { batchSize: 3, memoryBudget: "1e9" }),
    /explain: memoryBudget must be a positive number of bytes, got 1e9/,
  ],
  [
    "explain, law",
    () => door("explain")(model, { batchSize: 3, likelihood: categorical }),
    /explain: likelihood must be a law, got a function/,
  ],
  [
    "partition",
    () => door("partition")(undefined, "whole"),
    /partition: the model must be a module, got undefined/,
  ],
  [
    "partition, table",
    () => door("partition")(model, "neuron", {}),
    /partition: it must be a table of metrics, got \[object Object\]; pass standardMetrics/,
  ],
  [
    "metrics",
    () => door("metrics")(dense),
    /metrics: rows must be metrics, got a function; pass what defMetric/,
  ],
  [
    "table.with",
    () => (metric.standardMetrics.with as Loose)(undefined),
    /metrics: rows must be metrics, got undefined/,
  ],
  [
    "defMetric, kind",
    () => door("defMetric")(undefined, { block: () => [] }),
    /defMetric: it must describe a kind of module, one module, or a kind of use, got undefined/,
  ],
  [
    "defMetric, block",
    () => door("defMetric")(dense, {}),
    /defMetric: block must be a function of an application, got undefined/,
  ],
  [
    "defMetric, names",
    () => door("defMetric")(dense, { block: () => [], form: "x" }),
    /defMetric: options must be among source, block, response, example, got form/,
  ],
  [
    "defMetric, law",
    () => door("defMetric")(dense, { block: () => [], response: 3 }),
    /defMetric: likelihood must be a law, got 3/,
  ],
  [
    "plain",
    () => door("plain")(undefined),
    /plain: it must describe a kind of module, one module, or a kind of use/,
  ],
  [
    "autoMetric",
    () => door("autoMetric")("dense"),
    /autoMetric: it must describe .*, got dense; pass what defModule gives/,
  ],
  [
    "a block alone",
    () => returning(() => constant(1)),
    /metric of dense0: `block` must return a list/,
  ],
  [
    "nothing",
    () => returning(() => undefined),
    /metric of dense0: `block` must return a list, got undefined/,
  ],
  [
    "no block",
    () => returning(({ params }: Context) => [{ params: [params.w] }]),
    /metric of dense0: `block` must be a block or null, got undefined/,
  ],
  [
    "no list of parameters",
    () => returning(({ params }: Context) => [{ params: params.w, block: null }]),
    /metric of dense0: `params` must list parameters \(w\)/,
  ],
  [
    "an unknown parameter",
    () => returning(({ params }: Context) => [{ params: [params.b], block: null }]),
    /metric of dense0: `params` must list parameters \(w\), got /,
  ],
  [
    "a block of another size",
    () =>
      returning(({ params }: Context) => [{ params: [params.w], block: metric.diagonalBlock(v) }]),
    /metric block diagonal/,
  ],
  [
    "elementwiseRow",
    () => door("elementwiseRow")("tanh"),
    /elementwiseRow: the activation must be an element-wise op, got tanh/,
  ],
  [
    "neuronRows",
    () => door("neuronRows")(metric.tanhRow()),
    /neuronRows: it must be a list of rows of neurons/,
  ],
  [
    "neuronRows, others",
    () => door("neuronRows")([softplus]),
    /neuronRows: .*, got a list of others; pass \[tanhRow/,
  ],
  [
    "stackedMetrics",
    () => door("stackedMetrics")({ layers: 1.5 }),
    /stackedMetrics: .* a whole number or Infinity, got 1.5/,
  ],
  [
    "sharedGram, rows",
    () => door("sharedGram")("x", 3),
    /sharedGram: rows must be \[n, d\] .*, got x and none/,
  ],
  [
    "sharedGram, units",
    () => metric.sharedGram(rows, 1.5),
    /sharedGram: there must be at least one unit, got 1.5/,
  ],
  [
    "sharedGram, weight",
    () => metric.sharedGram(rows, 2, { weight: -1 }),
    /sharedGram: weight must be finite and not negative, got -1/,
  ],
  [
    "sharedGram, outputs",
    () => metric.sharedGram(rows, 2, { outputs: input("t", [3, 5]) }),
    /sharedGram: outputs must be T = X̃W, \[3, 2\], got \[3, 5\]/,
  ],
  [
    "unitGram",
    () => metric.unitGram(rows, input("nu", [3])),
    /unitGram: rows must be \[n, d\] and weights \[n, 1\], got \[3, 2\] and \[3\]/,
  ],
  ["jacobianGram", () => door("jacobianGram")(rows), /jacobianGram: options must be an object/],
  [
    "solve, vector",
    () => shared.solve?.(undefined, { damping: { absolute: 1 } }),
    /sharedGram, solve: the vector must be \[3, 2\] like the parameter, got undefined/,
  ],
  [
    "solve, damping",
    () => shared.solve?.(v, { damping: { absolute: -1 } }),
    /damping: damping must be finite and not negative, got relative 0, absolute -1/,
  ],
  [
    "solve, damping as a number",
    () => shared.solve?.(v, { damping: 0.1, solver: "dense" }),
    /damping: options must be an object, got 0.1/,
  ],
  [
    "solve, iterations",
    () => shared.solve?.(v, { damping: { absolute: 1 }, solver: "cg", iterations: -3 }),
    /sharedGram, solve: iterations must be a positive integer, got -3/,
  ],
] as const satisfies readonly (readonly [string, () => unknown, RegExp])[]) {
  test(`arguments, ${name}: refused in words`, (t) => {
    t.throws(make, message);
    t.end();
  });
}
