import {
  all,
  any,
  cdist,
  cosineSimilarity,
  countNonzero,
  norm,
  normalize,
  square,
  std,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { outer, slabs, total } from "./slabs.ts";
import { filled, i32, spread } from "./values.ts";

const nan = Number.NaN;
const inf = Number.POSITIVE_INFINITY;
const zeros = [
  [0, 0],
  [3, -4],
];
const flags = [
  [true, false],
  [false, false],
  [true, true],
];
const average = (list: readonly number[]) => total(list) / list.length;
const spreadOf = (list: readonly number[]) =>
  Math.sqrt(average(list.map((v) => (v - average(list)) ** 2)));

const left = spread([2, 3]);
const right = spread([4, 3], -2, 2, 2);
/** Computes Σ |x − y|ᵖ of two rows. */
const powers = (i: number, j: number, p: number) =>
  total([0, 1, 2].map((k) => Math.abs(left.get(i, k) - right.get(j, k)) ** p));

function normOf(p: number, at: number, slopes: readonly number[]): OpRow {
  const of = (list: readonly number[]) => total(list.map((v) => Math.abs(v) ** p)) ** (1 / p);
  return {
    op: "norm",
    f: (x) => norm(x, { p, ...outer }),
    cases: [
      slabs(of),
      {
        name: "zeros",
        inputs: [[zeros, zeros]],
        value: [0, at],
        gradients: [
          [
            [[0, 0], slopes],
            [[0, 0], slopes],
          ],
        ],
        order: 0,
      },
    ],
  };
}

/** Rows of norms and distances, and of reductions that count or tell whether there are any. */
export const normRows: readonly OpRow[] = [
  {
    op: "std",
    f: (x) => square(std(x, outer)),
    cases: [slabs((list) => spreadOf(list) ** 2)],
  },
  {
    op: "std",
    f: (x) => std(x, { axis: 1, correction: 1, keepDims: true }),
    cases: [
      { name: "unbiased", inputs: [[[1, 3]]], value: [[Math.SQRT2]] },
      { name: "equal elements", inputs: [[[2, 2]]], value: [[0]], gradients: [[[0, 0]]], order: 0 },
    ],
  },
  normOf(2, 5 * Math.SQRT2, [0.6 / Math.SQRT2, -0.8 / Math.SQRT2]),
  normOf(1, 14, [1, -1]),
  normOf(3, 182 ** (1 / 3), [9 / 182 ** (2 / 3), -16 / 182 ** (2 / 3)]),
  {
    op: "norm",
    f: (x) => norm(x, { p: inf, axis: -1, keepDims: true }),
    cases: [
      {
        name: "the largest",
        inputs: [zeros],
        value: [[0], [4]],
        gradients: [
          [
            [0, 0],
            [0, -1],
          ],
        ],
        order: 0,
      },
      { name: "a NaN", inputs: [[1, nan]], value: [nan], order: 0, batch: false },
    ],
  },
  {
    op: "norm",
    f: (x) => norm(x, { p: -inf, axis: 0 }),
    cases: [{ name: "the smallest", inputs: [[2, -3, -1.5]], value: 1.5 }],
  },
  {
    op: "norm",
    f: (x) => norm(x, { p: 0 }),
    cases: [
      {
        name: "how many",
        inputs: [zeros],
        value: 2,
        gradients: [
          [
            [0, 0],
            [0, 0],
          ],
        ],
      },
    ],
  },
  {
    op: "norm",
    f: (x) => norm(x, { p: 0.5 }),
    cases: [
      { name: "below 1", inputs: [[4, -9]], value: 25 },
      { name: "and a zero", inputs: [[0, 4]], value: 4, gradients: [[0, 1]], order: 0 },
    ],
  },
  {
    op: "normalize",
    f: (x) => normalize(x),
    cases: [
      { name: "rows", inputs: [[[3, -4]]], value: [[0.6, -0.8]] },
      { name: "zeros stay", inputs: [[[0, 0]]], value: [[0, 0]], order: 0 },
    ],
  },
  {
    op: "normalize",
    f: (x) => normalize(x, { p: 1, axis: [0, 1] }),
    cases: [{ name: "all by p = 1", inputs: [[[1, -3]]], value: [[0.25, -0.75]] }],
  },
  {
    op: "cosineSimilarity",
    f: (x, y) => cosineSimilarity(x, y),
    cases: [
      {
        name: "rows beside one row",
        inputs: [
          [
            [3, 4],
            [-1, 1],
          ],
          [[1, 1]],
        ],
        value: [7 / (5 * Math.SQRT2), 0],
      },
    ],
  },
  {
    op: "cdist",
    f: (x, y) => cdist(x, y),
    cases: [
      {
        name: "scattered",
        inputs: [left, right],
        value: filled([2, 4], ([i = 0, j = 0]) => powers(i, j, 2) ** 0.5),
      },
      {
        name: "equal rows",
        inputs: [
          [[1, 2]],
          [
            [1, 2],
            [4, 6],
          ],
        ],
        value: [[0, 5]],
        gradients: [
          [[-0.6, -0.8]],
          [
            [0, 0],
            [0.6, 0.8],
          ],
        ],
        order: 0,
      },
    ],
  },
  {
    op: "cdist",
    f: (x, y) => cdist(x, y, { squared: true }),
    cases: [
      {
        name: "squared",
        inputs: [left, right],
        value: filled([2, 4], ([i = 0, j = 0]) => powers(i, j, 2)),
      },
    ],
  },
  {
    op: "cdist",
    f: (x, y) => cdist(x, y, { p: 1 }),
    cases: [
      {
        name: "by p = 1",
        inputs: [left, right],
        value: filled([2, 4], ([i = 0, j = 0]) => powers(i, j, 1)),
      },
    ],
  },
  {
    op: "countNonzero",
    f: (x) => countNonzero(x, { axis: 1 }),
    cases: [
      { name: "booleans", inputs: [flags], value: i32([1, 0, 2]) },
      { name: "floats", inputs: [[[0, -0.5, nan]]], value: i32([2]), batch: false },
      { name: "i32", inputs: [i32([0, 7, -1], [1, 3])], value: i32([2]) },
    ],
  },
  {
    op: "any",
    f: (x) => any(x, { axis: 1 }),
    cases: [
      { name: "booleans", inputs: [flags], value: [true, false, true] },
      { name: "nothing", inputs: [spread([2, 0])], value: [false, false], order: 0, batch: false },
    ],
  },
  {
    op: "all",
    f: (x) => all(x, { axis: 1, keepDims: true }),
    cases: [
      { name: "booleans", inputs: [flags], value: [[false], [false], [true]] },
      { name: "nothing", inputs: [spread([1, 0])], value: [[true]], order: 0, batch: false },
    ],
  },
  {
    op: "all",
    f: (x) => all(x),
    cases: [{ name: "floats", inputs: [zeros], value: false }],
  },
];
