import { cast } from "../../ops/cast.ts";
import { argsort, concat, median, mul, quantile, sort, square, topK } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { f16, i32, spread, u8, u32 } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

/** Rows of ops on the order of elements. */
export const orderRows: readonly OpRow[] = [
  {
    op: "argsort",
    f: (x) => argsort(x),
    cases: [
      {
        name: "ties keep their order, NaN is last, and zeros are equal",
        inputs: [[nan, 2, -0, 0, inf, -inf, 2, nan]],
        value: i32([5, 2, 3, 1, 6, 4, 0, 7]),
        type: "i32",
      },
      { name: "u32", inputs: [u32([7, 4e9, 5, 7])], value: i32([2, 0, 3, 1]) },
      { name: "bytes", inputs: [u8([200, 3, 200])], value: i32([1, 0, 2]) },
      {
        name: "halves",
        inputs: [f16([0.5, -2, inf, 2 ** -24, -0, 0, -inf, -1.5])],
        value: i32([6, 1, 7, 4, 5, 3, 0, 2]),
      },
      {
        name: "halves, NaN is last",
        inputs: [f16([0.5, nan, -inf, nan, inf])],
        value: i32([2, 0, 4, 1, 3]),
      },
      { name: "booleans", inputs: [[true, false, true, false]], value: i32([1, 3, 0, 2]) },
      { name: "nothing", inputs: [spread([2, 0])], shape: [2, 0], order: 0, batch: false },
      { name: "no lists", inputs: [spread([0, 2])], shape: [0, 2], order: 0, batch: false },
    ],
  },
  {
    op: "argsort",
    f: (x) => argsort(x, { axis: 0, descending: true }),
    cases: [
      {
        name: "downwards, ties keep their order and NaN is first",
        inputs: [
          [
            [1, nan],
            [3, 2],
            [3, nan],
          ],
        ],
        value: i32([1, 0, 2, 2, 0, 1], [3, 2]),
      },
      { name: "i32", inputs: [i32([-1, 5, -7], [3, 1])], value: i32([1, 0, 2], [3, 1]) },
    ],
  },
  {
    op: "sort",
    f: (x) => mul(sort(square(x), { axis: -1 }), [1, 2, 3]),
    cases: [
      {
        name: "rows",
        inputs: [
          [
            [3, 1, 2],
            [0.5, -2, 1],
          ],
        ],
        value: [
          [1, 8, 27],
          [0.25, 2, 12],
        ],
      },
      {
        name: "ties and limits",
        inputs: [[[2, 2, nan]]],
        value: [[4, 8, nan]],
        gradients: [[[4, 8, nan]]],
        order: 0,
      },
    ],
  },
  {
    op: "sort",
    f: (x) => sort(x, { axis: 0, descending: true }),
    cases: [
      { name: "u32 downwards", inputs: [u32([7, 4e9, 5])], value: u32([4e9, 7, 5]) },
      { name: "booleans", inputs: [[false, true, false]], value: [true, false, false] },
      { name: "one", inputs: [[[4, 5]]], value: [[4, 5]] },
      { name: "nothing", inputs: [spread([0, 2])], shape: [0, 2], order: 0, batch: false },
    ],
  },
  {
    op: "topK",
    f: (x) => mul(topK(square(x), 2).values, [1, 10]),
    cases: [
      {
        name: "values",
        inputs: [
          [
            [1, -3, 2],
            [0.5, 1.5, -1],
          ],
        ],
        value: [
          [9, 40],
          [2.25, 10],
        ],
      },
      { name: "NaN first", inputs: [[[1, nan, 2]]], value: [[nan, 40]], order: 0 },
    ],
  },
  {
    op: "topK",
    f: (x) => topK(x, 2, { axis: 0, largest: false }).indices,
    cases: [
      { name: "places of the smallest", inputs: [[3, 1, 2, 1]], value: i32([1, 3]), type: "i32" },
    ],
  },
  {
    op: "topK",
    f: (x) => topK(x, 0).values,
    cases: [{ name: "none", inputs: [spread([2, 3])], shape: [2, 0], order: 0, batch: false }],
  },
  {
    op: "median",
    f: (x) => median(square(x), { axis: 1 }),
    cases: [
      {
        name: "odd and even rows",
        inputs: [
          [
            [1, 3, 2],
            [5, 0.5, -4],
          ],
        ],
        value: [4, 16],
      },
      { name: "the lower of two", inputs: [[[1, 4, 3, 2]]], value: [4] },
      { name: "a NaN", inputs: [[[1, nan, 2]]], value: [nan], order: 0 },
    ],
  },
  {
    op: "median",
    f: (x) => median(x, { keepDims: true }),
    cases: [
      {
        name: "of all",
        inputs: [
          [
            [9, 1],
            [5, 3],
          ],
        ],
        value: [[3]],
        gradients: [
          [
            [0, 0],
            [0, 1],
          ],
        ],
      },
    ],
  },
  {
    op: "quantile",
    f: (x) => quantile(square(x), [0, 0.5, 0.9, 1], { axis: -1 }),
    cases: [
      { name: "linear", inputs: [[[3, 1, 2, 4]]], value: [[1], [6.5], [13.9], [16]] },
      { name: "one element", inputs: [[[3]]], value: [[9], [9], [9], [9]] },
      { name: "a NaN", inputs: [[[3, nan]]], value: [[nan], [nan], [nan], [nan]], order: 0 },
    ],
  },
  {
    op: "quantile",
    f: (x) =>
      concat(
        (["lower", "higher", "midpoint", "nearest"] as const).map((interpolation) =>
          quantile(x, [0.5], { interpolation, axis: [0, 1] }),
        ),
        0,
      ),
    cases: [
      {
        name: "between two",
        inputs: [
          [
            [4, 1],
            [2, 7],
          ],
        ],
        value: [2, 4, 3, 4],
      },
    ],
  },
  {
    op: "sort",
    f: (x) => cast(sort(cast(x, "i32")), "float"),
    cases: [{ name: "i32", inputs: [[3, -1, 2]], value: [-1, 2, 3], order: 0 }],
  },
];
