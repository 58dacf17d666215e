import test from "tape";
import { bench, benches } from "../bench.ts";

const rows = [
  [3, 1, 4, 1],
  [-5, -0, -9, 0],
  [7, 7, 7, 7],
  [Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NaN],
];
const ascending = [1, 3, 0, 2, 2, 0, 1, 3, 0, 1, 2, 3, 1, 2, 0, 3];
const descending = [2, 0, 1, 3, 1, 3, 0, 2, 0, 1, 2, 3, 0, 3, 2, 1];

for (const [name, make] of benches) {
  test(`sort keeps the order of ties and puts NaN above all, ${name}`, async (t) => {
    for (const [down, wanted] of [
      [false, ascending],
      [true, descending],
    ] as const) {
      const b = make();
      const step = { kind: "sort" as const, descending: down, label: "" };
      const input = b.input(rows.flat(), [2, 2, 4]);
      t.deepEqual(await b.run({ ...step, input, output: b.output([2, 2, 4], "i32") }), [wanted]);
    }
  });
}

test("sort of integers, and of nothing", async (t) => {
  const step = { kind: "sort" as const, descending: false, label: "" };
  const b = bench();
  const input = b.input([7, 4e9, 5], [3], "u32");
  t.deepEqual(await b.run({ ...step, input, output: b.output([3], "i32") }), [[2, 0, 1]]);
  const c = bench();
  const none = c.input([], [2, 0]);
  t.deepEqual(await c.run({ ...step, input: none, output: c.output([2, 0], "i32") }), [[]]);
});
