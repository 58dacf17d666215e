import {
  argMax,
  argMin,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  mul,
  prod,
  softmax,
  square,
  sum,
  transpose,
  variance,
} from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { filled, i32, spread, u32 } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const x234 = spread([2, 3, 4]);

/** The elements that a reduction over the first and last axis takes to position j. */
function slab(j: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < 2; i++) for (let k = 0; k < 4; k++) found.push(x234.get(i, j, k));
  return found;
}

function slabs(f: (list: number[]) => number): OpCase {
  return {
    name: "first and last axis",
    inputs: [x234],
    value: filled([3], ([j = 0]) => f(slab(j))),
  };
}

const total = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);
const average = (list: readonly number[]) => total(list) / list.length;
const logTotal = (list: readonly number[]) => Math.log(total(list.map(Math.exp)));
const outer = { axis: [0, -1] };
const rows = [
  [1, 5, 2],
  [7, 7, 3],
];

/** Rows of reductions. */
export const reductionRows: readonly OpRow[] = [
  { op: "sum", f: (x) => square(sum(x, outer)), cases: [slabs((list) => total(list) ** 2)] },
  {
    op: "sum",
    f: (x) => sum(x),
    cases: [
      { name: "everything", inputs: [rows], value: 25 },
      { name: "a scalar", inputs: [3], value: 3 },
      { name: "nothing", inputs: [spread([0, 2])], value: 0, order: 0, batch: false },
      { name: "i32 that wraps", inputs: [i32([2 ** 31 - 1, 1])], value: i32([-(2 ** 31)], []) },
      { name: "u32", inputs: [u32([3, 4])], value: u32([7], []) },
      { name: "a long vector", inputs: [spread([5003], 0, 1)], order: 0 },
    ],
  },
  {
    op: "sum",
    f: (x) => sum(mul(transpose(x), transpose(x)), { axis: 0, keepDims: true }),
    cases: [{ name: "of an expression on views", inputs: [rows], value: [[30, 107]] }],
  },
  {
    op: "sum",
    f: (x) => sum(x, { axis: 1 }),
    cases: [
      { name: "an empty axis", inputs: [spread([2, 0])], value: [0, 0], order: 0, batch: false },
    ],
  },
  { op: "mean", f: (x) => square(mean(x, outer)), cases: [slabs((list) => average(list) ** 2)] },
  {
    op: "mean",
    f: (x) => mean(x, { axis: 1, keepDims: true }),
    cases: [
      {
        name: "rows",
        inputs: [
          [
            [1, 3],
            [5, 9],
          ],
        ],
        value: [[2], [7]],
      },
    ],
  },
  {
    op: "variance",
    f: (x) => variance(x, outer),
    cases: [slabs((list) => average(list.map((v) => (v - average(list)) ** 2)))],
  },
  {
    op: "variance",
    f: (x) => variance(x, { axis: 0, correction: 1 }),
    cases: [
      {
        name: "unbiased",
        inputs: [
          [
            [1, 0],
            [3, 4],
          ],
        ],
        value: [2, 8],
      },
    ],
  },
  {
    op: "max",
    f: (x) => square(max(x, outer)),
    cases: [slabs((list) => Math.max(...list) ** 2)],
  },
  {
    op: "max",
    f: (x) => max(x, { axis: 1 }),
    cases: [
      {
        name: "ties",
        inputs: [rows],
        value: [5, 7],
        gradients: [
          [
            [0, 1, 0],
            [0.5, 0.5, 0],
          ],
        ],
        order: 0,
      },
      {
        name: "a NaN",
        inputs: [
          [
            [1, nan],
            [nan, inf],
            [inf, 0],
          ],
        ],
        value: [nan, nan, inf],
        order: 0,
        batch: false,
      },
      { name: "nothing", inputs: [spread([2, 0])], value: [-inf, -inf], order: 0, batch: false },
      { name: "i32", inputs: [i32([-3, -5], [1, 2])], value: i32([-3]) },
      { name: "u32", inputs: [u32([3, 2 ** 32 - 1], [1, 2])], value: u32([2 ** 32 - 1]) },
    ],
  },
  { op: "min", f: (x) => square(min(x, outer)), cases: [slabs((list) => Math.min(...list) ** 2)] },
  {
    op: "min",
    f: (x) => min(x, { axis: 0, keepDims: true }),
    cases: [
      {
        name: "ties",
        inputs: [
          [
            [1, 5],
            [1, 3],
          ],
        ],
        value: [[1, 3]],
        gradients: [
          [
            [0.5, 0],
            [0.5, 1],
          ],
        ],
        order: 0,
      },
      { name: "a NaN", inputs: [[[nan], [0]]], value: [[nan]], order: 0, batch: false },
      { name: "i32", inputs: [i32([-3, -5], [2, 1])], value: i32([-5], [1, 1]) },
    ],
  },
  { op: "prod", f: (x) => prod(x, outer), cases: [slabs(product)] },
  {
    op: "prod",
    f: (x) => prod(x, { axis: -1 }),
    cases: [
      { name: "a zero", inputs: [[2, 0, 3, 5, 7]], value: 0 },
      {
        name: "two zeros",
        inputs: [
          [
            [2, 0, 0],
            [1, 2, 3],
          ],
        ],
        value: [0, 6],
      },
      { name: "one factor", inputs: [[[4]]], value: [4] },
      { name: "nothing", inputs: [spread([2, 0])], value: [1, 1], order: 0, batch: false },
      { name: "i32", inputs: [i32([3, -4])], value: i32([-12], []) },
    ],
  },
  {
    op: "argMax",
    f: (x) => argMax(x),
    cases: [
      { name: "the first of a tie", inputs: [rows], value: i32([1, 0]) },
      { name: "a NaN", inputs: [[1, nan, inf]], value: i32([1], []), batch: false },
      { name: "i32", inputs: [i32([-3, -1, -1])], value: i32([1], []) },
      { name: "a long vector", inputs: [spread([3, 517])] },
    ],
  },
  {
    op: "argMax",
    f: (x) => argMax(x, { axis: 0 }),
    cases: [{ name: "columns", inputs: [rows], value: i32([1, 1, 1]) }],
  },
  {
    op: "argMin",
    f: (x) => argMin(transpose(x), { axis: 0 }),
    cases: [{ name: "of a view", inputs: [rows], value: i32([0, 2]) }],
  },
  { op: "logSumExp", f: (x) => logSumExp(x, outer), cases: [slabs(logTotal)] },
  {
    op: "logSumExp",
    f: (x) => logSumExp(x, { axis: 1, keepDims: true }),
    cases: [
      {
        name: "far out",
        inputs: [
          [
            [1000, 1000],
            [-1000, -inf],
            [-inf, -inf],
            [inf, 0],
          ],
        ],
        value: [[1000 + Math.LN2], [-1000], [-inf], [inf]],
        order: 0,
        batch: false,
      },
      {
        name: "no weight at all",
        inputs: [
          [
            [-inf, -inf],
            [0, -inf],
          ],
        ],
        value: [[-inf], [0]],
        gradients: [
          [
            [0, 0],
            [1, 0],
          ],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "softmax",
    f: (x) => softmax(x),
    cases: [
      {
        name: "rows",
        inputs: [rows],
        value: filled([2, 3], ([i = 0, j = 0]) => {
          const row = rows[i] as number[];
          return Math.exp((row[j] as number) - logTotal(row));
        }),
      },
      {
        name: "masked",
        inputs: [
          [
            [1000, -inf],
            [-inf, -inf],
          ],
        ],
        value: [
          [1, 0],
          [0, 0],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "softmax",
    f: (x) => softmax(x, { axis: 0 }),
    cases: [
      {
        name: "columns",
        inputs: [
          [
            [0, 1],
            [0, 1],
          ],
        ],
        value: [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
      },
    ],
  },
  {
    op: "logSoftmax",
    f: (x) => logSoftmax(x),
    cases: [
      {
        name: "rows",
        inputs: [rows],
        value: filled([2, 3], ([i = 0, j = 0]) => {
          const row = rows[i] as number[];
          return (row[j] as number) - logTotal(row);
        }),
      },
      {
        name: "masked",
        inputs: [
          [
            [1000, 0],
            [-inf, 3],
            [-inf, -inf],
          ],
        ],
        value: [
          [0, -1000],
          [-inf, 0],
          [-inf, -inf],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
];
