import test from "tape";
import { parseExpr } from "../../../src/expr/parse.ts";
import { bench, benches, numbers, stored } from "../bench.ts";

for (const [name, make] of benches) {
  test(`matmul multiplies batches, ${name}`, async (t) => {
    const b = make();
    const [p, q] = [numbers(24, 1), numbers(40, 2)].map((v) => v.map((e) => stored(e, b.float)));
    const [x, y] = [p as number[], q as number[]];
    const wanted: number[] = [];
    for (let s = 0; s < 2; s++) {
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 5; j++) {
          let sum = 0;
          for (let k = 0; k < 4; k++) {
            sum += (x[s * 12 + i * 4 + k] as number) * (y[s * 20 + k * 5 + j] as number);
          }
          wanted.push(stored(sum, b.float));
        }
      }
    }
    const step = { kind: "matmul" as const, a: b.input(x, [2, 3, 4]), b: b.input(y, [2, 4, 5]) };
    t.deepEqual(await b.run({ ...step, outputs: [b.output([2, 3, 5])], label: "" }), [wanted]);
  });
}

test("matmul takes transposed and repeated operands", async (t) => {
  const b = bench();
  const x = b.input([1, 2, 3, 4, 5, 6], [2, 3]);
  const transposed = { ...x, shape: [3, 2], strides: [1, 3] };
  const step = { kind: "matmul" as const, label: "" };
  const product = [17, 22, 27, 22, 29, 36, 27, 36, 45];
  t.deepEqual(await b.run({ ...step, a: transposed, b: x, outputs: [b.output([3, 3])] }), [
    product,
  ]);
  const c = bench();
  const batch = c.input([1, 2, 3, 4], [2, 1, 2]);
  const same = { ...c.input([1, 10], [2, 1]), shape: [2, 2, 1], strides: [0, 1, 1] };
  t.deepEqual(await c.run({ ...step, a: batch, b: same, outputs: [c.output([2, 1, 1])] }), [
    [21, 43],
  ]);
});

test("matmul passes its product through the epilogue", async (t) => {
  const b = bench();
  const bias = { ...b.input([100, 200], [2]), shape: [2, 2], strides: [0, 1] };
  const got = await b.run({
    kind: "matmul",
    a: b.input([1, 2, 3, 4], [2, 2]),
    b: b.input([1, 0, 0, -1], [2, 2]),
    epilogue: {
      inputs: [bias],
      exprs: [parseExpr("(p, bias) => max(p, 0) + bias"), parseExpr("(p, bias) => p > 0")],
    },
    outputs: [b.output([2, 2]), b.output([2, 2], "bool")],
    label: "",
  });
  t.deepEqual(got, [
    [101, 200, 103, 200],
    [1, 0, 1, 0],
  ]);
});

test("matmul over an empty inner axis is 0, and of no rows nothing", async (t) => {
  const b = bench();
  const step = { kind: "matmul" as const, label: "" };
  const empty = { a: b.input([], [2, 0]), b: b.input([], [0, 2]) };
  t.deepEqual(await b.run({ ...step, ...empty, outputs: [b.output([2, 2])] }), [[0, 0, 0, 0]]);
  const c = bench();
  const none = { a: c.input([], [0, 2]), b: c.input([1, 2], [2, 1]) };
  t.deepEqual(await c.run({ ...step, ...none, outputs: [c.output([0, 1])] }), [[]]);
});

test("matmul with several axes for rows, sum and columns multiplies windows", async (t) => {
  const b = bench();
  const x = b.input([1, 2, 3, 4, 5], [5]);
  // Windows of three places, as two axes of rows and two of the sum: x[2i + j + k], k and none.
  const windows = { ...x, shape: [2, 1, 3, 1], strides: [2, 1, 1, 0] };
  const kernel = b.input([1, 10, 100, 2, 20, 200], [2, 1, 3]);
  const step = {
    kind: "matmul" as const,
    a: windows,
    b: { ...kernel, shape: [3, 1, 2, 1], strides: [1, 3, 3, 3] },
    groups: { rows: 2, inner: 2, columns: 2 },
    label: "",
  };
  t.deepEqual(await b.run({ ...step, outputs: [b.output([2, 1, 2, 1])] }), [[321, 642, 543, 1086]]);
});
