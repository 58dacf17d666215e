import test from "tape";
import { parseExpr } from "../../../src/expr/parse.ts";
import type { RowStage, RowsStep } from "../../../src/plan/step.ts";
import { bench, benches, numbers, stored } from "../bench.ts";

const args = ["x", "r", "s0", "s1", "s2", "s3"];
const text = (source: string) => parseExpr(source, { args });
const stages: RowStage[] = [
  { per: "row", op: "max", expr: text("x") },
  { per: "element", expr: text("exp(x - s0) + r") },
  { per: "row", op: "sum", expr: text("s1") },
  { per: "row", expr: text("s2 * r") },
];

for (const [name, make] of benches) {
  test(`rows compute their stages one after the other, ${name}`, async (t) => {
    const b = make();
    const x = numbers(24, 3).map((e) => stored(e, b.float));
    const r = numbers(2, 5).map((e) => stored(e, b.float));
    const step: RowsStep = {
      kind: "rows",
      shape: [2, 3, 4],
      rowAxes: 2,
      inputs: [b.input(x, [2, 3, 4]), b.input(r, [2])],
      stages,
      results: [1, 3],
      outputs: [b.output([2, 3, 4]), b.output([2])],
      label: "",
    };
    const [elements = [], ends = []] = await b.run(step);
    for (let i = 0; i < 2; i++) {
      const own = x.slice(12 * i, 12 * i + 12);
      const wanted = own.map((e) => Math.exp(e - Math.max(...own)) + (r[i] as number));
      const total = wanted.reduce((sum, e) => sum + e, 0) * (r[i] as number);
      const row = Array.from(elements).slice(12 * i, 12 * i + 12);
      t.deepEqual(
        row,
        wanted.map((e) => stored(e, b.float)),
      );
      t.equal(ends[i], stored(total, b.float));
    }
  });
}

test("rows of nothing have the value of a reduction over nothing", async (t) => {
  const b = bench();
  const [top] = await b.run({
    kind: "rows",
    shape: [2, 0],
    rowAxes: 1,
    inputs: [b.input([], [2, 0]), b.input([1, 1], [2])],
    stages: stages.slice(0, 1),
    results: [0],
    outputs: [b.output([2])],
    label: "",
  });
  t.deepEqual(Array.from(top ?? []), [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

test("rows: a NaN in a row makes its maximum NaN, and no other's", async (t) => {
  const b = bench();
  const [top] = await b.run({
    kind: "rows",
    shape: [2, 2],
    rowAxes: 1,
    inputs: [b.input([Number.NaN, 1, 2, 3], [2, 2]), b.input([1, 1], [2])],
    stages: stages.slice(0, 1),
    results: [0],
    outputs: [b.output([2])],
    label: "",
  });
  t.deepEqual(Array.from(top ?? []), [Number.NaN, 3]);
});
