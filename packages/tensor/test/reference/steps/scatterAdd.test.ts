import test from "tape";
import { bench, benches } from "../bench.ts";

for (const [name, make] of benches) {
  test(`scatterAdd sums rows by index, clamped, ${name}`, async (t) => {
    const b = make();
    const got = await b.run({
      kind: "scatterAdd",
      indices: b.input([2, 0, 2, -1, 9], [5], "i32"),
      updates: b.input([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 2]),
      output: b.output([4, 2]),
      label: "",
    });
    t.deepEqual(got, [[10, 12, 0, 0, 6, 8, 9, 10]]);
  });
}

test("scatterAdd by a matrix of indices, of integers, and of nothing", async (t) => {
  const b = bench();
  const step = { kind: "scatterAdd" as const, label: "" };
  const matrix = {
    indices: b.input([0, 1, 1, 1], [2, 2], "i32"),
    updates: b.input([2 ** 31 - 1, 5, 6, 7], [2, 2], "i32"),
  };
  t.deepEqual(await b.run({ ...step, ...matrix, output: b.output([2], "i32") }), [
    [2 ** 31 - 1, 18],
  ]);
  const c = bench();
  const wrapping = {
    indices: c.input([0, 0], [2], "i32"),
    updates: c.input([2 ** 31 - 1, 1], [2], "i32"),
  };
  t.deepEqual(await c.run({ ...step, ...wrapping, output: c.output([1], "i32") }), [[-(2 ** 31)]]);
  const d = bench();
  const none = { indices: d.input([], [0], "i32"), updates: d.input([], [0, 2]) };
  t.deepEqual(await d.run({ ...step, ...none, output: d.output([1, 2]) }), [[0, 0]]);
});

test("scatterAdd adds in the order of the updates", async (t) => {
  const b = bench();
  const got = await b.run({
    kind: "scatterAdd",
    indices: b.input([0, 0, 0], [3], "i32"),
    updates: b.input([1e16, 1, -1e16], [3]),
    output: b.output([1]),
    label: "",
  });
  t.deepEqual(got, [[0]]);
});
