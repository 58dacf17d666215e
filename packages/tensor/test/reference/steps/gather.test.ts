import test from "tape";
import type { DType } from "../../../src/dtype.ts";
import { bench, benches } from "../bench.ts";

const source = [1, 2, 3, 4, 5, 6];

for (const [name, make] of benches) {
  test(`gather takes rows, clamped, ${name}`, async (t) => {
    const b = make();
    const got = await b.run({
      kind: "gather",
      source: b.input(source, [3, 2]),
      indices: b.input([2, 0, -7, 99], [2, 2], "i32"),
      output: b.output([2, 2, 2]),
      label: "",
    });
    t.deepEqual(got, [[5, 6, 1, 2, 1, 2, 5, 6]]);
  });
}

const conversions: readonly (readonly [DType, readonly number[], DType, readonly number[]])[] = [
  ["u8", [0, 7, 255], "f64", [0, 7, 255]],
  ["u8", [0, 7, 255], "i32", [0, 7, 255]],
  ["u8", [0, 7, 255], "bool", [0, 1, 1]],
  ["bool", [0, 1, 1], "f64", [0, 1, 1]],
  ["f64", [-1.5, 3e9, Number.NaN], "i32", [-1, 2 ** 31 - 1, 0]],
  ["f64", [-1.5, 300, 2.9], "u8", [0, 255, 2]],
  ["f16", [-1.5, 2 ** -24, 65504], "f64", [-1.5, 2 ** -24, 65504]],
  ["f16", [-1.5, 300, 0.5], "i32", [-1, 300, 0]],
  ["f16", [-0, 2 ** -24, 65504], "f16", [-0, 2 ** -24, 65504]],
  ["i32", [-1, 0, 5], "u32", [2 ** 32 - 1, 0, 5]],
  ["u32", [2 ** 32 - 1, 0, 5], "f64", [2 ** 32 - 1, 0, 5]],
];

test("gather converts to the output's type", async (t) => {
  for (const [from, values, to, wanted] of conversions) {
    const b = bench();
    const got = await b.run({
      kind: "gather",
      source: b.input(values, [3], from),
      indices: b.input([0, 1, 2], [3], "i32"),
      output: b.output([3], to),
      label: "",
    });
    t.deepEqual(got, [wanted], `${from} to ${to}`);
  }
});

test("gather by one index, and by none", async (t) => {
  const b = bench();
  const step = { kind: "gather" as const, label: "" };
  const one = { source: b.input(source, [3, 2]), indices: b.input([1], [], "i32") };
  t.deepEqual(await b.run({ ...step, ...one, output: b.output([2]) }), [[3, 4]]);
  const c = bench();
  const none = { source: c.input(source, [3, 2]), indices: c.input([], [0], "i32") };
  t.deepEqual(await c.run({ ...step, ...none, output: c.output([0, 2]) }), [[]]);
});
