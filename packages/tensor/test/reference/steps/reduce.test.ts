import test from "tape";
import type { DType } from "../../../src/dtype.ts";
import { arg } from "../../../src/expr/build.ts";
import type { ScalarType } from "../../../src/expr/expr.ts";
import { parseExpr } from "../../../src/expr/parse.ts";
import type { ReduceOp } from "../../../src/plan/step.ts";
import { bench, benches, numbers, stored } from "../bench.ts";

for (const [name, make] of benches) {
  test(`reduce folds expressions over axes, ${name}`, async (t) => {
    const b = make();
    const x = numbers(24, 3).map((e) => stored(e, b.float));
    const at = (i: number, j: number, k: number) => x[12 * i + 4 * j + k] as number;
    const got = await b.run({
      kind: "reduce",
      shape: [2, 3, 4],
      axes: [0, 2],
      inputs: [b.input(x, [2, 3, 4])],
      exprs: [parseExpr("x * x"), parseExpr("x"), parseExpr("x"), parseExpr("x + 2")],
      ops: ["sum", "max", "min", "prod"],
      outputs: [b.output([3]), b.output([3]), b.output([3]), b.output([3])],
      label: "",
    });
    for (let j = 0; j < 3; j++) {
      let [sum, max, min, prod] = [0, -9, 9, 1];
      for (let i = 0; i < 2; i++) {
        for (let k = 0; k < 4; k++) {
          sum += at(i, j, k) ** 2;
          max = at(i, j, k) > max ? at(i, j, k) : max;
          min = at(i, j, k) < min ? at(i, j, k) : min;
          prod *= at(i, j, k) + 2;
        }
      }
      const wanted = [sum, max, min, prod].map((e) => stored(e, b.float));
      t.deepEqual(
        got.map((values) => values[j]),
        wanted,
      );
    }
  });
}

async function single(
  op: ReduceOp,
  values: readonly number[],
  dtype: DType = "f64",
  type: ScalarType = "float",
): Promise<number> {
  const b = bench();
  const [result] = await b.run({
    kind: "reduce",
    shape: [values.length],
    axes: [0],
    inputs: [b.input(values, [values.length], dtype)],
    exprs: [arg(0, type)],
    ops: [op],
    outputs: [b.output([], dtype)],
    label: "",
  });
  return result?.[0] as number;
}

test("reduce over nothing gives the neutral element", async (t) => {
  t.is(await single("sum", []), 0);
  t.is(await single("prod", []), 1);
  t.is(await single("max", []), -Infinity);
  t.is(await single("min", []), Infinity);
  t.is(await single("max", [], "i32", "i32"), -(2 ** 31));
  t.is(await single("min", [], "u32", "u32"), 2 ** 32 - 1);
  t.is(await single("max", [], "bool", "bool"), 0);
  t.is(await single("min", [], "bool", "bool"), 1);
});

test("NaN, integers and booleans are reduced as the contract says", async (t) => {
  for (const values of [
    [Number.NaN, 1, 2],
    [1, Number.NaN, 2],
    [1, 2, Number.NaN],
  ]) {
    t.ok(Number.isNaN(await single("max", values)) && Number.isNaN(await single("min", values)));
  }
  t.is(await single("sum", [2 ** 31 - 1, 2], "i32", "i32"), -(2 ** 31) + 1, "sums wrap");
  t.is(await single("prod", [65537, 65537], "u32", "u32"), 131073, "products wrap");
  t.is(await single("max", [0, 1, 0], "bool", "bool"), 1);
  t.is(await single("min", [1, 1, 0], "bool", "bool"), 0);
});

test("reduce over no axis, and with an empty rest", async (t) => {
  const b = bench();
  const step = {
    kind: "reduce" as const,
    shape: [2],
    axes: [],
    inputs: [b.input([5, 6], [2])],
    exprs: [parseExpr("2 * x")],
    ops: ["sum" as const],
    outputs: [b.output([2])],
    label: "",
  };
  t.deepEqual(await b.run(step), [[10, 12]]);
  const c = bench();
  const empty = { ...step, shape: [0, 2], axes: [1], inputs: [c.input([], [0, 2])] };
  t.deepEqual(await c.run({ ...empty, outputs: [c.output([0])] }), [[]]);
});

test("a sum of many float32 values keeps float32 accuracy", async (t) => {
  const b = bench("f32");
  const n = 100_000;
  const [sum] = await b.run({
    kind: "reduce",
    shape: [n],
    axes: [0],
    inputs: [b.input(new Array(n).fill(0.1), [n])],
    exprs: [arg(0)],
    ops: ["sum"],
    outputs: [b.output([])],
    label: "",
  });
  t.is(sum?.[0], Math.fround(n * Math.fround(0.1)));
});
