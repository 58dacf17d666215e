/** What the benchmarks print, and the grids that their settings come from. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "tape";
import { methods } from "../bench/metrics/methods.ts";
import { resultOf } from "../bench/result.ts";
import { tables } from "../bench/table.ts";

const environment = {
  ...{ node: "v20", cpu: "one", cores: 1, memory: 1, load: 0, date: "2020-01-01", rounds: 9 },
  ...{ quick: false, versions: {}, adapters: {}, missing: {}, remarks: [] },
};

test("bench: a suite with cells is a table of its rows and columns", async (t) => {
  const cell = (row: string, column: string, unit: string, ours: number) =>
    resultOf({
      ...{ suite: "metrics", case: `${row}: ${column}`, unit, better: "lower", ours, peers: {} },
      cell: { row, column },
    });
  const text = tables(environment, [
    cell("sgd", "step", "ms", 0.5),
    cell("sgd", "cost", "nats", Number.NaN),
    cell("adam", "step", "ms", 250),
    cell("adam", "cost", "nats", 0.125),
  ]);
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  t.deepEqual(lines, [
    "| metrics | step, ms | cost, nats |",
    "| --- | ---: | ---: |",
    "| sgd | 0.500 | – |",
    "| adam | 250 | 0.125 |",
  ]);
});

test("bench: a peer that cannot do it says so in the place of its number", async (t) => {
  const text = tables(environment, [
    resultOf({
      ...{ suite: "models", case: "LeNet", unit: "steps/s", better: "higher", ours: 100 },
      peers: { other: 50 },
      lacks: { "tfjs-wasm": "no kernel: Conv2DBackpropFilter" },
    }),
  ]);
  t.deepEqual(
    text.split("\n").filter((line) => line.startsWith("| ")),
    [
      "| models | unit | metrigrad | other | ratio | tfjs-wasm | ratio |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
      "| LeNet | steps/s | 100 | 50.0 | 2.0 | no kernel: Conv2DBackpropFilter |  |",
    ],
  );
});

test("bench: each method of `metrics` has the best settings of its tuning", async (t) => {
  interface Trial {
    readonly method: string;
    readonly learningRate: number;
    readonly absolute?: number;
    readonly validCost: number | null;
  }
  const file = join(import.meta.dirname, "..", "docs", "tuning-metrics.json");
  const trials: Trial[] = JSON.parse(readFileSync(file, "utf8"));
  for (const { name, tuned } of methods) {
    const own = trials.filter(({ method, validCost }) => method === name && validCost !== null);
    const [best] = own.sort((a, b) => (a.validCost as number) - (b.validCost as number));
    const { learningRate, absolute } = best ?? {};
    t.deepEqual(
      tuned,
      absolute === undefined ? { learningRate } : { learningRate, absolute },
      name,
    );
  }
});
