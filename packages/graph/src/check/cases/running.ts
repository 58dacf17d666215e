import { cummax, cummin, cumprod, cumsum, logCumsumExp, mul, square } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { i32, spread, u32 } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

/** Rows of running sums, products and extremes. */
export const runningRows: readonly OpRow[] = [
  {
    op: "cumsum",
    f: (x) => square(cumsum(x)),
    cases: [
      { name: "of five", inputs: [[1, 2, 3, 4, 5]], value: [1, 9, 36, 100, 225] },
      { name: "of one", inputs: [[[3]]], value: [[9]] },
      {
        name: "a NaN reaches later ones only",
        inputs: [[1, 1, nan, 1]],
        value: [1, 4, nan, nan],
        order: 0,
      },
      { name: "an infinity too", inputs: [[1, inf, -inf, 1]], value: [1, inf, nan, nan], order: 0 },
      { name: "nothing", inputs: [spread([2, 0])], shape: [2, 0], order: 0, batch: false },
    ],
  },
  {
    op: "cumsum",
    f: (x) => mul(cumsum(square(x), { axis: 0, reverse: true, exclusive: true }), x),
    cases: [
      {
        name: "backwards, of those behind",
        inputs: [
          [
            [1, 2],
            [3, 4],
            [5, 6],
            [7, 8],
          ],
        ],
        value: [
          [83, 232],
          [222, 400],
          [245, 384],
          [0, 0],
        ],
      },
      { name: "of one", inputs: [[[3, 4]]], value: [[0, 0]] },
    ],
  },
  {
    op: "cumsum",
    f: (x) => cumsum(x),
    cases: [
      {
        name: "u32 wraps",
        inputs: [u32([4e9, 4e8, 1])],
        value: u32([4e9, 105_032_704, 105_032_705]),
      },
    ],
  },
  {
    op: "cumprod",
    f: (x) => cumprod(x),
    cases: [
      { name: "of six", inputs: [[1, 2, 3, -1, 2, 0.5]], value: [1, 2, 6, -6, -12, -6] },
      { name: "one zero", inputs: [[2, 0, 3, 4]], value: [2, 0, 0, 0], gradients: [[1, 32, 0, 0]] },
      { name: "two zeros", inputs: [[2, 0, 0, 4]], value: [2, 0, 0, 0] },
      { name: "i32", inputs: [i32([3, -2, 5])], value: i32([3, -6, -30]) },
      { name: "nothing", inputs: [spread([2, 0])], shape: [2, 0], order: 0, batch: false },
    ],
  },
  {
    op: "cumprod",
    f: (x) => cumprod(x, { axis: 0, exclusive: true }),
    cases: [
      {
        name: "of those before",
        inputs: [
          [
            [2, 0],
            [3, 4],
            [5, 6],
          ],
        ],
        value: [
          [1, 1],
          [2, 0],
          [6, 0],
        ],
      },
    ],
  },
  {
    op: "cummax",
    f: (x) => cummax(square(x)),
    cases: [
      { name: "of five", inputs: [[1, -3, 2, 0.5, 4]], value: [1, 9, 9, 9, 16] },
      { name: "ties", inputs: [[2, 2]], value: [4, 4], gradients: [[6, 2]], order: 0 },
      { name: "from a NaN on", inputs: [[1, nan, 2]], value: [1, nan, nan], order: 0 },
    ],
  },
  {
    op: "cummin",
    f: (x) => cummin(x, { axis: 0, reverse: true }),
    cases: [
      {
        name: "backwards",
        inputs: [
          [
            [1, 5],
            [2, -1],
            [0, 3],
          ],
        ],
        value: [
          [0, -1],
          [0, -1],
          [0, 3],
        ],
      },
      { name: "i32", inputs: [i32([3, 1, 2])], value: i32([1, 1, 2]) },
    ],
  },
  {
    op: "logCumsumExp",
    f: (x) => logCumsumExp(x),
    cases: [
      { name: "equal ones", inputs: [[0, 0, 0]], value: [0, Math.log(2), Math.log(3)] },
      {
        name: "far apart",
        inputs: [[1000, 0, 1000, -1000]],
        value: [1000, 1000, 1000 + Math.log(2), 1000 + Math.log(2)],
      },
      {
        name: "nothing yet",
        inputs: [[-inf, -inf, 1]],
        value: [-inf, -inf, 1],
        gradients: [[1.5, 0.5, 1]],
        order: 0,
      },
    ],
  },
];
