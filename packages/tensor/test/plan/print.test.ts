import test from "tape";
import { arg } from "../../src/expr/build.ts";
import { parseExpr } from "../../src/expr/parse.ts";
import { printPlan, printStep, printView } from "../../src/plan/print.ts";
import type { Step } from "../../src/plan/step.ts";
import { smallPlan, whole } from "../reference/plans.ts";

test("views print as buffer and shape, and their strides where they matter", (t) => {
  t.is(printView(whole(3, 50, 80)), "b3[50, 80]");
  t.is(printView(whole(3)), "b3[]");
  t.is(printView({ ...whole(3, 2, 5), strides: [1, 2] }), "b3[2, 5]{offset 0, strides 1 2}");
  t.is(printView({ ...whole(3, 2), offset: 4 }), "b3[2]{offset 4, strides 1}");
  t.end();
});

test("a plan prints buffers, feeds, steps and outputs in order", (t) => {
  t.is(
    printPlan(smallPlan()),
    `plan f64: 5 buffers, 4 steps, arena of 88 bytes
  b0 f64[3] 24 bytes, feed x
  b1 f64[3] 24 bytes, variable w
  b2 f64[3] 24 bytes, arena at 0
  b3 f64[3] 24 bytes, arena at 64
  b4 f64[3] 24 bytes, output
  feed x: f64[3] in b0
  0: b2[3] = map(b0[3]): 2 * x0  # double
  1: b3[3] = map(b2[3], b1[3]): x0 + x1  # sum
  2: b4[3] = map(b3[3]): x0 * x0  # square
  3: b1[3] = map(b1[3]): x0 + 1  # count
  output b4[3]
`,
  );
  t.end();
});

const v = (buffer: number) => whole(buffer, 2);
const steps: readonly (readonly [Step, string])[] = [
  [
    {
      kind: "reduce",
      shape: [2, 3],
      axes: [1],
      inputs: [whole(0, 2, 3)],
      exprs: [arg(0)],
      ops: ["sum"],
      outputs: [v(1)],
      label: "",
    },
    "b1[2] = sum over 1 of [2, 3] (b0[2, 3]): x0",
  ],
  [
    {
      kind: "rows",
      shape: [2, 3],
      rowAxes: 1,
      inputs: [whole(0, 2, 3)],
      stages: [
        { per: "row", op: "sum", expr: arg(0) },
        { per: "element", expr: parseExpr("(x, s) => x / s") },
      ],
      results: [1],
      outputs: [whole(1, 2, 3)],
      label: "",
    },
    "b1[2, 3] = rows of the last 1 of [2, 3] (b0[2, 3]): s0 = sum(x0) per row; s1 = x0 / s0; s1",
  ],
  [
    { kind: "argReduce", op: "min", input: whole(0, 2, 3), output: v(1), label: "" },
    "b1[2] = argmin(b0[2, 3])",
  ],
  [
    {
      kind: "sort",
      input: whole(0, 2, 3),
      descending: true,
      output: whole(1, 2, 3),
      label: "",
    },
    "b1[2, 3] = sort(b0[2, 3], descending)",
  ],
  [
    { kind: "matmul", a: whole(0, 2, 3), b: whole(1, 3, 1), outputs: [whole(2, 2, 1)], label: "" },
    "b2[2, 1] = matmul(b0[2, 3], b1[3, 1])",
  ],
  [
    {
      kind: "convolve",
      a: whole(0, 3, 1, 2),
      b: whole(1, 1, 4),
      shift: [1],
      dilation: [2],
      output: whole(2, 3, 4),
      label: "",
    },
    "b2[3, 4] = convolve(b0[3, 1, 2], b1[1, 4], shift 1, dilation 2)",
  ],
  [
    {
      kind: "matmul",
      a: whole(0, 2, 2, 3),
      b: whole(1, 2, 3, 1),
      groups: { rows: 1, inner: 2, columns: 1 },
      outputs: [whole(2, 2, 1)],
      label: "",
    },
    "b2[2, 1] = matmul(b0[2, 2, 3], b1[2, 3, 1], rows of 1, sum of 2 and columns of 1 axes)",
  ],
  [
    {
      kind: "matmul",
      a: whole(0, 2, 3),
      b: whole(1, 3, 1),
      epilogue: { inputs: [whole(3, 2, 1)], exprs: [parseExpr("(p, x) => max(p + x, 0)")] },
      outputs: [whole(2, 2, 1)],
      label: "",
    },
    "b2[2, 1] = matmul(b0[2, 3], b1[3, 1]), (b3[2, 1]): max(ab + x0, 0)",
  ],
  [
    { kind: "gather", source: v(0), indices: v(1), output: v(2), label: "" },
    "b2[2] = gather(b0[2], b1[2])",
  ],
  [
    { kind: "scatterAdd", indices: v(0), updates: v(1), output: v(2), label: "" },
    "b2[2] = scatterAdd(b0[2], b1[2])",
  ],
  [{ kind: "copy", input: v(0), output: v(1), label: "" }, "b1[2] = copy(b0[2])"],
  [
    { kind: "random", key: 7, state: v(0), output: v(1), label: "" },
    "b1[2] = random(key 7, b0[2])",
  ],
  [
    {
      kind: "gram",
      x: whole(0, 3, 2),
      nu: null,
      base: whole(1, 2, 2),
      alpha: 0.5,
      beta: 0.9,
      output: whole(1, 2, 2),
      label: "",
    },
    "b1[2, 2] = gram(b0[3, 2]) * 0.5 + b1[2, 2] * 0.9",
  ],
  [
    {
      kind: "cholesky",
      a: whole(0, 2, 2),
      shift: whole(1),
      output: whole(2, 2, 2),
      used: whole(3),
      label: "",
    },
    "b2[2, 2], b3[] = cholesky(b0[2, 2], b1[])",
  ],
  [
    {
      kind: "triangularSolve",
      l: whole(0, 2, 2),
      rhs: whole(1, 2, 1),
      transpose: true,
      output: whole(2, 2, 1),
      label: "",
    },
    "b2[2, 1] = triangularSolve(b0[2, 2], b1[2, 1], transposed)",
  ],
  [
    { kind: "eigh", a: whole(0, 2, 2), output: whole(1, 2, 2), values: v(2), label: "" },
    "b1[2, 2], b2[2] = eigh(b0[2, 2])",
  ],
];

test("every step prints as one line", (t) => {
  for (const [step, wanted] of steps) t.is(printStep(step), wanted);
  const flagged: Step = { kind: "copy", input: v(0), output: v(1), label: "", when: whole(2) };
  t.is(printStep(flagged), "b1[2] = copy(b0[2]) if b2[]");
  t.end();
});
