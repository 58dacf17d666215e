import {
  argMax,
  argMin,
  max,
  mean,
  min,
  mul,
  prod,
  square,
  sum,
  transpose,
  variance,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { outer, rows, slabs, total } from "./slabs.ts";
import { i32, spread, u32 } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);
const average = (list: readonly number[]) => total(list) / list.length;

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
];
