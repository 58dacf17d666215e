import {
  gather,
  gatherNd,
  maskedFill,
  putAlongAxis,
  scatterAdd,
  scatterNd,
  square,
  takeAlongAxis,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { counted, f16, i32, u8, u32 } from "./values.ts";

const nan = Number.NaN;
const matrix = [
  [1, 2, 3],
  [4, 5, 6],
];

/** Rows of ops that read and write elements at computed positions. */
export const placeRows: readonly OpRow[] = [
  {
    op: "gather",
    f: (x, at) => square(gather(x, at, { axis: -1 })),
    cases: [
      {
        name: "columns",
        inputs: [matrix, i32([2, 0, 9, 2], [2, 2])],
        value: [
          [
            [9, 1],
            [9, 9],
          ],
          [
            [36, 16],
            [36, 36],
          ],
        ],
      },
    ],
  },
  {
    op: "gather",
    f: (x, at) => gather(x, at, { axis: 1 }),
    cases: [
      {
        name: "the middle axis",
        inputs: [counted([2, 2, 2]), i32([1], [])],
        value: [
          [2, 3],
          [6, 7],
        ],
      },
    ],
  },
  {
    op: "scatterAdd",
    f: (at, updates) => scatterAdd(at, square(updates), 2, { axis: 1 }),
    cases: [
      {
        name: "columns, one twice",
        inputs: [i32([1, 0, 1]), matrix],
        value: [
          [4, 10],
          [25, 52],
        ],
      },
    ],
  },
  {
    op: "scatterAdd",
    f: (at, updates) => scatterAdd(at, updates, 2),
    cases: [
      { name: "u32 wraps", inputs: [i32([0, 0]), u32([4e9, 4e8])], value: u32([105_032_704, 0]) },
    ],
  },
  {
    op: "takeAlongAxis",
    f: (x, at) => square(takeAlongAxis(x, at, 1)),
    cases: [
      {
        name: "of each row",
        inputs: [matrix, i32([2, 0, 1, 1], [2, 2])],
        value: [
          [9, 1],
          [25, 25],
        ],
      },
      {
        name: "out of range, the same for all rows",
        inputs: [matrix, i32([-5, 7], [1, 2])],
        value: [
          [1, 9],
          [16, 36],
        ],
      },
      {
        name: "no positions",
        inputs: [matrix, i32([], [2, 0])],
        shape: [2, 0],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "takeAlongAxis",
    f: (x, at) => takeAlongAxis(x, at, 0),
    cases: [
      { name: "u32", inputs: [u32([7, 4e9]), i32([1, 1, 0])], value: u32([4e9, 4e9, 7]) },
      { name: "booleans", inputs: [[true, false], i32([1, 0])], value: [false, true] },
      {
        name: "bytes become floats",
        inputs: [u8([9, 200]), i32([1])],
        value: [200],
        type: "float",
      },
      {
        name: "halves become floats",
        inputs: [f16([9, -0.125]), i32([1])],
        value: [-0.125],
        type: "float",
      },
    ],
  },
  {
    op: "putAlongAxis",
    f: (x, at, values) => square(putAlongAxis(x, at, values)),
    cases: [
      {
        name: "the last of several stays",
        inputs: [
          matrix,
          i32([2, 0, 2, 1, 1, 1], [2, 3]),
          [
            [7, 8, 9],
            [-1, -2, -3],
          ],
        ],
        value: [
          [64, 4, 81],
          [16, 9, 36],
        ],
      },
      {
        name: "out of range, repeated",
        inputs: [matrix, i32([-4], [1, 1]), 5],
        value: [
          [25, 4, 9],
          [25, 25, 36],
        ],
      },
      {
        name: "nothing",
        inputs: [matrix, i32([], [2, 0]), 5],
        value: [
          [1, 4, 9],
          [16, 25, 36],
        ],
        batch: false,
        order: 0,
      },
    ],
  },
  {
    op: "putAlongAxis",
    f: (x, at, values) => putAlongAxis(x, at, values, { axis: 0 }),
    cases: [
      {
        name: "booleans",
        inputs: [[true, true, false], i32([0, 2]), [false, true]],
        value: [false, true, true],
      },
      { name: "a NaN over a NaN", inputs: [[nan, 1], i32([0]), [2]], value: [2, 1], order: 0 },
    ],
  },
  {
    op: "putAlongAxis",
    f: (x, at, values) => putAlongAxis(square(x), at, values, { mode: "add" }),
    cases: [
      {
        name: "sums",
        inputs: [
          matrix,
          i32([2, 2, 1, 0], [2, 2]),
          [
            [10, 20],
            [30, 40],
          ],
        ],
        value: [
          [1, 4, 39],
          [56, 55, 36],
        ],
      },
    ],
  },
  {
    op: "putAlongAxis",
    f: (x, at, values) => putAlongAxis(x, at, square(values), { axis: 0, mode: "max" }),
    cases: [
      {
        name: "largest",
        inputs: [[1, 5, 9], i32([0, 0, 1, 0]), [2, 3, 1.5, 2.5]],
        value: [9, 5, 9],
      },
      { name: "a NaN", inputs: [[1, 5], i32([0, 0]), [nan, 3]], value: [nan, 5], order: 0 },
    ],
  },
  {
    op: "putAlongAxis",
    f: (x, at, values) => putAlongAxis(x, at, values, { axis: 0, mode: "min" }),
    cases: [
      { name: "smallest", inputs: [[1, 5, 9], i32([1, 1, 2, 1]), [4, 3, 10, 6]], value: [1, 3, 9] },
      { name: "a NaN", inputs: [[1, 5], i32([0, 0]), [nan, 3]], value: [nan, 5], order: 0 },
      { name: "u32", inputs: [u32([7, 4e9]), i32([1, 1]), u32([9, 3e9])], value: u32([7, 9]) },
    ],
  },
  {
    op: "maskedFill",
    f: (x, mask, value) => maskedFill(square(x), mask, value),
    cases: [
      {
        name: "columns",
        inputs: [matrix, [true, false, true], -1],
        value: [
          [-1, 4, -1],
          [-1, 25, -1],
        ],
      },
    ],
  },
  {
    op: "gatherNd",
    f: (x, at) => square(gatherNd(x, at)),
    cases: [
      { name: "elements", inputs: [matrix, i32([0, 2, 1, 0, 9, -9], [3, 2])], value: [9, 16, 16] },
      {
        name: "rows",
        inputs: [matrix, i32([1, 1], [2, 1])],
        value: [
          [16, 25, 36],
          [16, 25, 36],
        ],
      },
    ],
  },
  {
    op: "scatterNd",
    f: (at, updates) => scatterNd(at, square(updates), [2, 3]),
    cases: [
      {
        name: "elements, one twice",
        inputs: [i32([0, 2, 1, 0, 0, 2], [3, 2]), [1, 2, 3]],
        value: [
          [0, 0, 10],
          [4, 0, 0],
        ],
      },
    ],
  },
];
