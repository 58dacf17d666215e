import test from "tape";
import { bench, benches } from "../bench.ts";

const rows = [
  [3, 1, 4, 1],
  [-5, -5, -9, -9],
  [7, 7, 7, 7],
  [1, Number.NaN, 9, Number.NaN],
];

for (const [name, make] of benches) {
  test(`argReduce finds first extremes, ${name}`, async (t) => {
    for (const [op, wanted] of [
      ["max", [2, 0, 0, 1]],
      ["min", [1, 2, 0, 1]],
    ] as const) {
      const b = make();
      const step = { kind: "argReduce" as const, op, label: "" };
      const input = b.input(rows.flat(), [2, 2, 4]);
      t.deepEqual(await b.run({ ...step, input, output: b.output([2, 2], "i32") }), [wanted]);
    }
  });
}

test("argReduce of a vector, and of no rows", async (t) => {
  const b = bench();
  const step = { kind: "argReduce" as const, op: "max" as const, label: "" };
  const input = b.input([Number.NaN, 1, 2], [3]);
  t.deepEqual(await b.run({ ...step, input, output: b.output([], "i32") }), [[0]]);
  const c = bench();
  const none = c.input([], [0, 3]);
  t.deepEqual(await c.run({ ...step, input: none, output: c.output([0], "i32") }), [[]]);
});

test("argReduce of integers and of infinities", async (t) => {
  const b = bench();
  const step = { kind: "argReduce" as const, label: "" };
  const input = b.input([0, 4e9, 5], [3], "u32");
  t.deepEqual(await b.run({ ...step, op: "max", input, output: b.output([], "i32") }), [[1]]);
  const c = bench();
  const infinite = c.input([-Infinity, -Infinity], [2]);
  const output = c.output([], "i32");
  t.deepEqual(await c.run({ ...step, op: "max", input: infinite, output }), [[0]]);
});
