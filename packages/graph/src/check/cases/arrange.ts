import {
  chunk,
  concat,
  flip,
  mul,
  repeatInterleave,
  roll,
  rot90,
  slice,
  split,
  square,
  swapAxes,
  tile,
  unstack,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { counted, f16, i32, spread, u8 } from "./values.ts";

const matrix = [
  [1, 2, 3],
  [4, 5, 6],
];

/** Rows of ops that lay elements out in another way. */
export const arrangeRows: readonly OpRow[] = [
  {
    op: "slice",
    f: (x) => slice(square(x), [[1, 5, -2], null]),
    cases: [
      {
        name: "backwards with a step",
        inputs: [counted([6, 1])],
        value: [[16], [4]],
      },
    ],
  },
  {
    op: "slice",
    f: (x) => mul(slice(x, [[0, 5, -1]]), slice(slice(x, [[0, 5, -1]]), [[0, 5, -1]])),
    cases: [
      { name: "a reversal times itself twice", inputs: [[1, 2, 3, 4, 5]], value: [5, 8, 9, 8, 5] },
    ],
  },
  {
    op: "flip",
    f: (x) => flip(x),
    cases: [
      {
        name: "all axes",
        inputs: [matrix],
        value: [
          [6, 5, 4],
          [3, 2, 1],
        ],
      },
      { name: "bytes", inputs: [u8([1, 2, 3])], value: u8([3, 2, 1]) },
      { name: "halves", inputs: [f16([1.5, -2, 0.25])], value: f16([0.25, -2, 1.5]) },
      { name: "nothing", inputs: [spread([0, 2])], shape: [0, 2], order: 0, batch: false },
      { name: "axes of size 1", inputs: [[[7]]], value: [[7]] },
    ],
  },
  {
    op: "flip",
    f: (x) => square(flip(x, { axis: -1 })),
    cases: [
      {
        name: "the last axis",
        inputs: [matrix],
        value: [
          [9, 4, 1],
          [36, 25, 16],
        ],
      },
    ],
  },
  {
    op: "swapAxes",
    f: (x) => swapAxes(x, 0, -1),
    cases: [{ name: "first and last", inputs: [counted([2, 1, 2])], value: [[[0, 2]], [[1, 3]]] }],
  },
  {
    op: "rot90",
    f: (x) => rot90(square(x)),
    cases: [
      {
        name: "a quarter",
        inputs: [matrix],
        value: [
          [9, 36],
          [4, 25],
          [1, 16],
        ],
      },
    ],
  },
  {
    op: "rot90",
    f: (x) => rot90(x, -1),
    cases: [
      {
        name: "a quarter back",
        inputs: [matrix],
        value: [
          [4, 1],
          [5, 2],
          [6, 3],
        ],
      },
    ],
  },
  {
    op: "rot90",
    f: (x) => rot90(x, 6),
    cases: [
      {
        name: "a turn and a half",
        inputs: [matrix],
        value: [
          [6, 5, 4],
          [3, 2, 1],
        ],
      },
    ],
  },
  {
    op: "roll",
    f: (x) => roll(square(x), 1, -1),
    cases: [
      {
        name: "one axis",
        inputs: [matrix],
        value: [
          [9, 1, 4],
          [36, 16, 25],
        ],
      },
    ],
  },
  {
    op: "roll",
    f: (x) => roll(x, -2),
    cases: [
      {
        name: "as if flat",
        inputs: [matrix],
        value: [
          [3, 4, 5],
          [6, 1, 2],
        ],
      },
    ],
  },
  {
    op: "roll",
    f: (x) => roll(x, [1, 4], [0, 1]),
    cases: [
      {
        name: "two axes, once around",
        inputs: [i32([1, 2, 3, 4, 5, 6], [2, 3])],
        value: i32([6, 4, 5, 3, 1, 2], [2, 3]),
      },
    ],
  },
  {
    op: "split",
    f: (x) => {
      const [a, b, c] = split(square(x), 2) as [typeof x, typeof x, typeof x];
      return concat([c, mul(a, b)], 0);
    },
    cases: [{ name: "by a size", inputs: [[1, 2, 3, 4, 5]], value: [25, 9, 64] }],
  },
  {
    op: "split",
    f: (x) => concat(split(x, [1, 0, 2], -1).reverse(), -1),
    cases: [
      {
        name: "by sizes",
        inputs: [matrix],
        value: [
          [2, 3, 1],
          [5, 6, 4],
        ],
      },
    ],
  },
  {
    op: "chunk",
    f: (x) => {
      const parts = chunk(square(x), 4);
      return concat(parts.reverse(), 0);
    },
    cases: [
      { name: "fewer than asked for", inputs: [[1, 2, 3, 4, 5]], value: [25, 9, 16, 1, 4] },
      { name: "of nothing", inputs: [spread([0])], shape: [0], order: 0, batch: false },
    ],
  },
  {
    op: "unstack",
    f: (x) => {
      const [a, b, c] = unstack(x, -1) as [typeof x, typeof x, typeof x];
      return mul(mul(a, b), c);
    },
    cases: [{ name: "columns", inputs: [matrix], value: [6, 120] }],
  },
  {
    op: "tile",
    f: (x) => tile(square(x), [2, 1, 2]),
    cases: [
      {
        name: "with a new axis",
        inputs: [[[1, 2]]],
        value: [[[1, 4, 1, 4]], [[1, 4, 1, 4]]],
      },
    ],
  },
  {
    op: "tile",
    f: (x) => tile(x, [2]),
    cases: [
      {
        name: "the last axis alone",
        inputs: [i32([1, 2], [2, 1])],
        value: i32([1, 1, 2, 2], [2, 2]),
      },
    ],
  },
  {
    op: "tile",
    f: (x) => tile(x, [0, 2]),
    cases: [{ name: "no times", inputs: [matrix], shape: [0, 6], order: 0, batch: false }],
  },
  {
    op: "repeatInterleave",
    f: (x) => repeatInterleave(square(x), 2),
    cases: [{ name: "all elements", inputs: [[[1, 2]]], value: [1, 1, 4, 4] }],
  },
  {
    op: "repeatInterleave",
    f: (x) => repeatInterleave(square(x), [2, 0, 1], 1),
    cases: [
      {
        name: "a number for each column",
        inputs: [matrix],
        value: [
          [1, 1, 9],
          [16, 16, 36],
        ],
      },
    ],
  },
];
