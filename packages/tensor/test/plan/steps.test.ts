import test from "tape";
import { arg } from "../../src/expr/build.ts";
import { checkPlan } from "../../src/plan/check.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { CopyStep, Step, StepKind } from "../../src/plan/step.ts";
import { buffer, whole } from "../reference/plans.ts";

const data = (size: number) => ({ kind: "constant", data: new Float64Array(size) }) as const;
const f = (n: number) => buffer(n, data(n));
const out = (n: number) => buffer(n, { kind: "output" });

// 0: f64[24], 1: i32[6], 2: u32[2], 3: f64[24] to write, 4: i32[24] to write, 5: u32[24] to write,
// 6: f64[24] to write, 7: bool[24] to write, 8: f16[24], 9: f16[24] to write
const buffers: Plan["buffers"] = [
  f(24),
  buffer(6, { kind: "constant", data: new Int32Array(6) }, "i32"),
  buffer(2, { kind: "constant", data: new Uint32Array(2) }, "u32"),
  out(24),
  buffer(24, { kind: "output" }, "i32"),
  buffer(24, { kind: "output" }, "u32"),
  out(24),
  buffer(24, { kind: "output" }, "bool"),
  buffer(24, { kind: "constant", data: new Float32Array(24) }, "f16"),
  buffer(24, { kind: "output" }, "f16"),
];

const sound: { readonly [K in StepKind]: Extract<Step, { kind: K }> } = {
  map: {
    kind: "map",
    shape: [2],
    inputs: [whole(0, 2)],
    exprs: [arg(0)],
    outputs: [whole(3, 2)],
    label: "",
  },
  reduce: {
    kind: "reduce",
    shape: [2, 3, 4],
    axes: [0, 2],
    inputs: [whole(0, 2, 3, 4)],
    exprs: [arg(0)],
    ops: ["sum"],
    outputs: [whole(3, 3)],
    label: "",
  },
  rows: {
    kind: "rows",
    shape: [2, 3, 4],
    rowAxes: 2,
    inputs: [whole(0, 2, 3, 4), whole(0, 2)],
    stages: [
      { per: "row", op: "max", expr: arg(0) },
      { per: "row", expr: arg(2) },
      { per: "element", expr: arg(1) },
    ],
    results: [2, 0],
    outputs: [whole(3, 2, 3, 4), whole(6, 2)],
    label: "",
  },
  argReduce: {
    kind: "argReduce",
    op: "max",
    input: whole(0, 2, 3),
    output: whole(4, 2),
    label: "",
  },
  sort: {
    kind: "sort",
    input: whole(0, 2, 3),
    descending: false,
    output: whole(4, 2, 3),
    label: "",
  },
  matmul: {
    kind: "matmul",
    a: whole(0, 2, 3, 4),
    b: whole(0, 2, 4, 2),
    outputs: [whole(3, 2, 3, 2)],
    label: "",
  },
  convolve: {
    kind: "convolve",
    a: whole(0, 2, 3, 1, 2),
    b: whole(0, 2, 1, 4),
    shift: [1],
    dilation: [1],
    output: whole(3, 2, 3, 3),
    label: "",
  },
  gather: {
    kind: "gather",
    source: whole(0, 4, 2),
    indices: whole(1, 3),
    output: whole(3, 3, 2),
    label: "",
  },
  scatterAdd: {
    kind: "scatterAdd",
    indices: whole(1, 3),
    updates: whole(0, 3, 2),
    output: whole(3, 4, 2),
    label: "",
  },
  copy: { kind: "copy", input: whole(0, 2, 2), output: whole(3, 2, 2), label: "" },
  random: { kind: "random", key: 1, state: whole(2, 2), output: whole(5, 3), label: "" },
  gram: {
    kind: "gram",
    x: whole(0, 2, 3, 2),
    nu: whole(0, 2, 3),
    base: whole(0, 2, 2, 2),
    alpha: 1,
    beta: 1,
    output: whole(3, 2, 2, 2),
    label: "",
  },
  cholesky: {
    kind: "cholesky",
    a: whole(0, 2, 3, 3),
    shift: whole(0, 2),
    output: whole(3, 2, 3, 3),
    used: whole(6, 2),
    label: "",
  },
  triangularSolve: {
    kind: "triangularSolve",
    l: whole(0, 2, 3, 3),
    rhs: whole(0, 2, 3, 1),
    transpose: false,
    output: whole(3, 2, 3, 1),
    label: "",
  },
  eigh: {
    kind: "eigh",
    a: whole(0, 2, 3, 3),
    output: whole(3, 2, 3, 3),
    values: whole(6, 2, 3),
    label: "",
  },
  loop: {
    kind: "loop",
    turns: 3,
    body: [
      {
        kind: "copy",
        input: { ...whole(0, 2), advance: [2] },
        output: { ...whole(3, 2), offset: 4, advance: [-2] },
        label: "",
      },
    ],
    label: "",
  },
};

const plan = (step: Step): Plan => ({
  float: "f64",
  buffers,
  steps: [step],
  feeds: [],
  outputs: [],
  arenaBytes: 0,
});

const copyStep: CopyStep = { kind: "copy", input: whole(0, 2), output: whole(3, 2), label: "" };

const broken: { readonly [K in StepKind]: readonly (readonly [object, RegExp])[] } = {
  map: [
    [{ outputs: [whole(3, 3)] }, /outputs\[0\] must have shape \[2\], got \[3\]/],
    [{ outputs: [whole(9, 2)] }, /outputs\[0\] must be f64, as x0 is, got f16/],
  ],
  reduce: [
    [{ axes: [2, 0] }, /axes must ascend within rank 3, got \[2, 0\]/],
    [{ axes: [3] }, /axes must ascend/],
    [{ axes: [-1] }, /axes must ascend/],
    [{ outputs: [whole(3, 2)] }, /outputs\[0\] must have shape \[3\]/],
    [{ ops: [] }, /each expression must have an op, got 0 ops/],
    [
      { inputs: [], exprs: [{ kind: "const", type: "bool", value: 1 }], outputs: [whole(7, 3)] },
      /of numbers, got bool/,
    ],
  ],
  rows: [
    [{ rowAxes: 4 }, /rowAxes must be from 1 to 3, got 4/],
    [{ rowAxes: 0 }, /rowAxes must be from 1 to 3, got 0/],
    [
      { inputs: [whole(0, 2, 3)] },
      /inputs\[0\] must have shape \[2, 3, 4\] or \[2\], got \[2, 3\]/,
    ],
    [
      { stages: [{ per: "element", expr: arg(2) }] },
      /stages\[0\]: argument 2 must be nothing, as its input is, got float/,
    ],
    [
      { stages: [{ per: "row", expr: arg(0) }] },
      /stages\[0\]: a number per row must be of such numbers, got argument 0/,
    ],
    [
      { stages: [{ per: "element", op: "sum", expr: arg(0) }] },
      /stages\[0\]: only numbers per row are reduced, got sum/,
    ],
    [
      { stages: [{ per: "row", op: "sum", expr: { kind: "const", type: "bool", value: 1 } }] },
      /stages\[0\]: sums and products must be of numbers, got bool/,
    ],
    [{ results: [2, 3] }, /results must be of 3 stages, got 3/],
    [{ results: [2] }, /an output for each of 1 expressions, got 2/],
    [{ results: [0, 2] }, /outputs\[0\] must have shape \[2\], got \[2, 3, 4\]/],
    [{ outputs: [whole(4, 2, 3, 4), whole(6, 2)] }, /outputs\[0\] must be f64.*got i32/],
    [
      { inputs: [whole(3, 2, 3, 4), whole(0, 2)] },
      /outputs\[0\] must not overlap inputs\[0\], got/,
    ],
  ],
  argReduce: [
    [{ output: whole(3, 2) }, /output must be i32, got f64/],
    [{ output: whole(4, 3) }, /output must have shape \[2\]/],
    [{ input: whole(0), output: whole(4) }, /input must have at least 1 axes/],
    [{ input: whole(0, 2, 0) }, /last axis of input must not be empty/],
  ],
  sort: [
    [{ output: whole(3, 2, 3) }, /output must be i32, got f64/],
    [{ output: whole(4, 2) }, /output must have shape \[2, 3\]/],
    [{ input: whole(0), output: whole(4) }, /input must have at least 1 axes/],
  ],
  matmul: [
    [{ b: whole(0, 2, 3, 2) }, /b must have shape \[2, 4, 2\], got \[2, 3, 2\]/],
    [{ a: whole(0, 4) }, /a must have at least 2 axes/],
    [{ a: whole(8, 2, 3, 4) }, /a must be f64, got f16/],
    [
      { groups: { rows: 1, inner: 2, columns: 1 } },
      /b must have shape \[3, 4, 2\], got \[2, 4, 2\]/,
    ],
    [
      { groups: { rows: 1, inner: 0.5, columns: 1 } },
      /groups must be counts of axes, got 1, 0.5, 1/,
    ],
    [{ a: whole(1, 3, 2), b: whole(0, 2, 2) }, /a must be f64, got i32/],
    [{ outputs: [whole(3, 2, 3, 2), whole(6, 2, 3, 2)] }, /there must be one output, got 2/],
    [{ outputs: [whole(4, 2, 3, 2)] }, /output must be f64, got i32/],
    [{ epilogue: { inputs: [], exprs: [arg(1)] } }, /argument 1 must be nothing/],
    [{ epilogue: { inputs: [whole(0, 3)], exprs: [arg(0)] } }, /inputs\[0\] must have shape/],
  ],
  convolve: [
    [{ shift: [0.5] }, /shifts must be integers, got 0.5/],
    [{ shift: [1, 1] }, /there must be 2 dilations, as shifts, got 1/],
    [{ dilation: [0] }, /dilations must be positive integers, got 0/],
    [{ a: whole(0, 3, 2) }, /a must have at least 3 axes, got \[3, 2\]/],
    [{ b: whole(0, 2, 2, 4) }, /b must have shape \[2, 1, 4\], got \[2, 2, 4\]/],
    [{ output: whole(3, 2, 2, 3) }, /output must have shape \[2, 3, 3\], got \[2, 2, 3\]/],
    [{ b: whole(1, 2, 1, 1) }, /b must be f64, got i32/],
    [{ a: whole(3, 2, 3, 1, 2) }, /output must not overlap a, got/],
  ],
  gather: [
    [{ indices: whole(0, 3) }, /indices must be i32, got f64/],
    [{ output: whole(3, 2, 3) }, /output must have shape \[3, 2\]/],
    [{ source: whole(0, 0, 2) }, /source must have rows/],
    [{ source: whole(0) }, /source must have at least 1 axes/],
    [{ output: whole(9, 3, 2) }, /the source of an f16 output must be f16, got f64/],
  ],
  scatterAdd: [
    [{ indices: whole(0, 3) }, /indices must be i32/],
    [{ updates: whole(0, 2, 2) }, /updates must have shape \[3, 2\]/],
    [{ output: whole(4, 4, 2) }, /updates must be i32, got f64/],
    [{ output: whole(3, 0, 2) }, /output must have rows/],
    [
      { updates: whole(8, 3, 2), output: whole(9, 4, 2) },
      /sums must be of f32, f64, i32 or u32, got f16/,
    ],
  ],
  copy: [
    [{ output: whole(3, 4) }, /output must have shape \[2, 2\]/],
    [{ output: whole(4, 2, 2) }, /output must be f64, got i32/],
    [{ output: whole(9, 2, 2) }, /output must be f64, got f16/],
  ],
  random: [
    [{ key: -1 }, /key must be an unsigned 32-bit integer, got -1/],
    [{ state: whole(2, 1) }, /state must have shape \[2\]/],
    [{ state: whole(1, 2) }, /state must be u32, got i32/],
    [{ output: whole(3, 3) }, /output must be u32, got f64/],
  ],
  gram: [
    [{ nu: whole(0, 3) }, /nu must have shape \[2, 3\]/],
    [{ base: whole(0, 2, 2) }, /base must have shape \[2, 2, 2\]/],
    [{ output: whole(3, 2, 3, 3) }, /output must have shape \[2, 2, 2\]/],
    [{ x: whole(1, 3, 2) }, /x must be f64, got i32/],
    [{ alpha: Number.NaN }, /alpha and beta must be numbers/],
  ],
  cholesky: [
    [{ a: whole(0, 2, 3, 2) }, /a must have shape \[2, 2, 2\], got \[2, 3, 2\]/],
    [{ shift: whole(0, 3) }, /shift must have shape \[2\]/],
    [{ used: whole(6) }, /used must have shape \[2\]/],
    [{ output: whole(3, 3, 3) }, /output must have shape \[2, 3, 3\]/],
    [{ a: whole(3, 2, 3, 3) }, /output must not overlap a, got/],
  ],
  triangularSolve: [
    [{ rhs: whole(0, 3, 1) }, /rhs must have shape \[2, 3, 1\], got \[3, 1\]/],
    [{ output: whole(3, 2, 3) }, /output must have shape \[2, 3, 1\]/],
    [{ l: whole(0, 2, 3) }, /l must have shape \[3, 3\], got \[2, 3\]/],
  ],
  eigh: [
    [{ a: whole(0, 2, 3, 2) }, /a must have shape \[2, 2, 2\], got \[2, 3, 2\]/],
    [{ values: whole(6, 3) }, /values must have shape \[2, 3\]/],
    [{ output: whole(3, 3, 3) }, /output must have shape \[2, 3, 3\]/],
    [{ a: whole(3, 2, 3, 3) }, /output must not overlap a, got/],
  ],
  loop: [
    [
      { when: whole(7) },
      /step 0 loop "": the steps of its body must have when, not a loop, got when; fix the lowering/,
    ],
    [{ turns: 0 }, /turns must be a positive integer, got 0/],
    [{ turns: 4 }, /step 0\.0 copy "": output: a view must lie in its buffer of 24.*-2 to 5/],
    [
      { turns: 1, body: [{ ...copyStep, input: { ...whole(0, 2), advance: [1, 1] } }] },
      /input: a view may advance in the 1 loops around its step/,
    ],
    [
      {
        turns: 12,
        body: [
          { ...copyStep, input: { ...whole(0, 2), advance: [2] } },
          { ...copyStep, output: whole(4, 2) },
        ],
      },
      /step 0\.1 copy "": output must be f64, got i32/,
    ],
  ],
};

for (const step of Object.values(sound)) {
  test(`checkPlan of ${step.kind}`, (t) => {
    t.doesNotThrow(() => checkPlan(plan(step)));
    for (const [change, message] of broken[step.kind]) {
      t.throws(() => checkPlan(plan({ ...step, ...change } as Step)), message);
    }
    t.end();
  });
}
