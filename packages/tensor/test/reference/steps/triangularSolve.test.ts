import test from "tape";
import { bench, benches, emptyPlan, runPlan } from "../bench.ts";

// Two lower factors; what is above the diagonal must not be read.
const l = [2, 99, 99, 1, 4, 99, -1, 0.5, 1, 1, 99, 99, 0, 2, 99, 3, 0, 4];
const x = [1, 2, 3, 4, 5, 6, 1, 0, 0, 1, 2, -1];

/** L x or L' x for both matrices; x is [2, 3, 2]. */
function product(transpose: boolean): number[] {
  const result: number[] = [];
  for (let s = 0; s < 2; s++) {
    for (let i = 0; i < 3; i++) {
      for (let c = 0; c < 2; c++) {
        let sum = 0;
        for (let j = 0; j < 3; j++) {
          const [row, column] = transpose ? [j, i] : [i, j];
          if (row >= column) {
            sum += (l[9 * s + 3 * row + column] as number) * (x[6 * s + 2 * j + c] as number);
          }
        }
        result.push(sum);
      }
    }
  }
  return result;
}

for (const [name, make] of benches) {
  test(`triangularSolve undoes a product, ${name}`, async (t) => {
    for (const transpose of [false, true]) {
      const b = make();
      const got = await b.run({
        kind: "triangularSolve",
        l: b.input(l, [2, 3, 3]),
        rhs: b.input(product(transpose), [2, 3, 2]),
        transpose,
        output: b.output([2, 3, 2]),
        label: "",
      });
      t.deepEqual(got, [x], transpose ? "transposed" : "plain");
    }
  });
}

test("triangularSolve works in place", async (t) => {
  const view = { buffer: 1, shape: [2, 1], strides: [1, 1], offset: 0 };
  const factor = { buffer: 0, shape: [2, 2], strides: [2, 1], offset: 0 };
  const data = new Float64Array([2, 0, 1, 4]);
  const constant = { kind: "constant" as const, data };
  const input = { buffer: 2, shape: [2, 1], strides: [1, 1], offset: 0 };
  const rhs = { kind: "constant" as const, data: new Float64Array([2, 9]) };
  const [got] = await runPlan({
    ...emptyPlan,
    buffers: [
      { dtype: "f64", size: 4, place: constant, label: "" },
      { dtype: "f64", size: 2, place: { kind: "output" }, label: "" },
      { dtype: "f64", size: 2, place: rhs, label: "" },
    ],
    steps: [
      { kind: "copy", input, output: view, label: "" },
      { kind: "triangularSolve", l: factor, rhs: view, transpose: false, output: view, label: "" },
    ],
    outputs: [{ ...view, shape: [2], strides: [1] }],
  });
  t.deepEqual([...(got as Float64Array)], [1, 2]);
});

test("triangularSolve of nothing", async (t) => {
  const b = bench();
  const step = { kind: "triangularSolve" as const, transpose: true, label: "" };
  const empty = { l: b.input([1, 0, 0, 1], [2, 2]), rhs: b.input([], [2, 0]) };
  t.deepEqual(await b.run({ ...step, ...empty, output: b.output([2, 0]) }), [[]]);
});
