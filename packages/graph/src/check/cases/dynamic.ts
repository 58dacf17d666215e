import {
  cumsum,
  dynamicSlice,
  dynamicUpdate,
  expandDims,
  fill,
  iota,
  mul,
  scan,
  sort,
  square,
  sum,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { counted, f16, i32, spread, u8 } from "./values.ts";

/** Rows of boxes at positions that are known only at run time. */
export const dynamicRows: readonly OpRow[] = [
  {
    op: "dynamicSlice",
    f: (x, at) => square(dynamicSlice(x, at, [2, 2])),
    cases: [
      {
        name: "a box",
        inputs: [counted([3, 4]), i32([1, 2])],
        value: [
          [36, 49],
          [100, 121],
        ],
      },
      {
        name: "out of range",
        inputs: [counted([3, 4]), i32([-3, 9])],
        value: [
          [4, 9],
          [36, 49],
        ],
      },
    ],
  },
  {
    op: "dynamicSlice",
    f: (x, at) =>
      mul(dynamicSlice(x, [at, 1, 0], [1, 1, 2]), dynamicSlice(x, [0, at, 0], [1, 2, 2])),
    cases: [
      {
        name: "rows as wholes, twice",
        inputs: [spread([2, 2, 2]), i32([1], [])],
      },
    ],
  },
  {
    op: "dynamicSlice",
    f: (x) => dynamicSlice(x, [5], [3]),
    cases: [{ name: "all", inputs: [[1, 2, 3]], value: [1, 2, 3] }],
  },
  {
    op: "dynamicSlice",
    f: (x, at) => dynamicSlice(x, at, [2, 1]),
    cases: [
      {
        name: "i32",
        inputs: [i32([1, 2, 3, 4, 5, 6], [3, 2]), i32([1, 1])],
        value: i32([4, 6], [2, 1]),
      },
      {
        name: "bytes become floats",
        inputs: [u8([1, 2, 200, 4], [2, 2]), i32([1, 0])],
        value: [[1], [200]],
        type: "float",
      },
      {
        name: "halves become floats",
        inputs: [f16([1, 2, -0.5, 4], [2, 2]), i32([1, 0])],
        value: [[1], [-0.5]],
        type: "float",
      },
    ],
  },
  {
    op: "dynamicUpdate",
    f: (x, value, at) => square(dynamicUpdate(x, value, at)),
    cases: [
      {
        name: "a box",
        inputs: [
          counted([3, 3]),
          [
            [-1, -2],
            [-3, 10],
          ],
          i32([1, 0]),
        ],
        value: [
          [0, 1, 4],
          [1, 4, 25],
          [9, 100, 64],
        ],
      },
      {
        name: "out of range",
        inputs: [counted([3, 2]), [[7, 8]], i32([9, -9])],
        value: [
          [0, 1],
          [4, 9],
          [49, 64],
        ],
      },
      { name: "rows", inputs: [counted([3, 1]), [[5]], i32([1, 0])], value: [[0], [25], [4]] },
    ],
  },
  {
    op: "dynamicUpdate",
    f: (x, value, at) => dynamicUpdate(x, value, [at]),
    cases: [
      {
        name: "booleans",
        inputs: [[true, true, false], [false], i32([1], [])],
        value: [true, false, false],
      },
      { name: "all", inputs: [[1, 2], [3, 4], i32([1], [])], value: [3, 4] },
    ],
  },
  {
    op: "dynamicUpdate",
    f: (x) => {
      // Each turn sorts its row and writes its running sums below those of the previous turn.
      const { carry } = scan(
        (all, { row, at }) => {
          const next = dynamicUpdate(all, expandDims(cumsum(sort(square(row))), 0), [at, 0]);
          return { carry: next, y: sum(next) };
        },
        fill(x.shape, 0),
        { row: x, at: iota(3) },
      );
      return carry;
    },
    cases: [
      {
        name: "row by row in a loop, sorted and summed",
        inputs: [
          [
            [3, 1],
            [-1, 2],
            [0.5, -4],
          ],
        ],
        value: [
          [1, 10],
          [1, 5],
          [0.25, 16.25],
        ],
      },
    ],
  },
];
