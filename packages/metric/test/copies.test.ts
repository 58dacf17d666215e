/** Copies of a module in one loop: their metric is that of the modules one after the other. */
import { compile } from "@metrigrad/graph";
import { dense, layerNorm, repeat, sequential, transformerBlock, type AnyModule } from "@metrigrad/nn";
import { reference, type Tensor, tensor, uniformStream } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { fullMetrics, linearMetrics, linearRows, metrics, standardMetrics, checkMetric, neuronRows, scaleRows, type MetricTable } from "../src/index.ts";
import { subsystemsOf } from "./support/dense.ts";
import { drawnOf } from "./support/modules.ts";
const b = await reference();
for (const [name, make, x] of [
  ["dense", () => dense(3,3,{activation:"tanh"}), drawnOf("x",4,3)],
  ["seq", () => sequential(dense(3,2,{activation:"relu"}), layerNorm(2), dense(2,3)), drawnOf("x",4,3)],
  ["tb", () => transformerBlock(2,1,{width:2}), drawnOf("x",2,3,2)],
] as [string, () => AnyModule, Tensor][]) {
  for (const table of [linearMetrics, standardMetrics, fullMetrics, metrics.kfac(), metrics.ekfac(), metrics.diagonal()]) {
    const sys = subsystemsOf(repeat(make() as never, 3) as never, { x, metrics: table });
    console.log(name, table.name, sys.map(s => [s.names.join("+"), s.block?.kind, s.block?.layout, s.block?.form].join(" | ")));
  }
}
for (const row of [linearRows(), linearRows({sharing:"reduce"}), neuronRows(), scaleRows()]) {
  test("check", async (t) => {
    const r = await checkMetric(row, { module: repeat(sequential(dense(3,2,{activation:"tanh"}), layerNorm(2), dense(2,3)), 3), inputs: drawnOf("x",4,3) });
    t.ok(r.passed, String(r));
  });
}
