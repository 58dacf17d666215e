import {
  eye,
  fill,
  gather,
  iota,
  mul,
  oneHot,
  onesLike,
  scatterAdd,
  square,
  transpose,
  zerosLike,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { f16, i32, integers, spread, u8 } from "./values.ts";

const table = [
  [1, 2],
  [3, 4],
  [5, 6],
];

/** Rows of ops on row numbers, and of fixed values. */
export const indexRows: readonly OpRow[] = [
  {
    op: "gather",
    f: (x, at) => gather(x, at),
    cases: [
      {
        name: "rows, one twice",
        inputs: [table, i32([2, 0, 2])],
        value: [
          [5, 6],
          [1, 2],
          [5, 6],
        ],
      },
      { name: "one row", inputs: [table, i32([1], [])], value: [3, 4] },
      {
        name: "numbers at a matrix of places",
        inputs: [[7, 8, 9], i32([0, 2, 1, 1], [2, 2])],
        value: [
          [7, 9],
          [8, 8],
        ],
      },
      {
        name: "out of range",
        inputs: [table, i32([-1, 9])],
        value: [
          [1, 2],
          [5, 6],
        ],
      },
      { name: "i32", inputs: [i32([4, 5, 6]), i32([1])], value: i32([5]) },
      {
        name: "bytes become floats",
        inputs: [u8([9, 200, 7], [3, 1]), i32([1])],
        value: [[200]],
        type: "float",
      },
      {
        name: "halves become floats",
        // The smallest half, one that is not normal, the largest one, and what is not a number.
        inputs: [
          f16([9, -0.5, 2 ** -24, -3 * 2 ** -20, 65504, Number.NaN], [3, 2]),
          i32([2, 0, 1]),
        ],
        value: [
          [65504, Number.NaN],
          [9, -0.5],
          [2 ** -24, -3 * 2 ** -20],
        ],
        type: "float",
      },
      { name: "no rows wanted", inputs: [table, i32([])], shape: [0, 2], order: 0, batch: false },
      { name: "many rows", inputs: [spread([50, 17]), integers([33], 0, 50)], order: 0 },
    ],
  },
  {
    op: "gather",
    f: (x, at) => square(gather(transpose(x), at)),
    cases: [
      {
        name: "of a view",
        inputs: [table, i32([1, 1])],
        value: [
          [4, 16, 36],
          [4, 16, 36],
        ],
      },
    ],
  },
  {
    op: "scatterAdd",
    f: (at, updates) => scatterAdd(at, updates, 4),
    cases: [
      {
        name: "rows, one twice",
        inputs: [i32([2, 0, 2]), table],
        value: [
          [3, 4],
          [0, 0],
          [6, 8],
          [0, 0],
        ],
      },
      {
        name: "numbers",
        inputs: [
          i32([3, 3, 1, 0], [2, 2]),
          [
            [1, 2],
            [3, 4],
          ],
        ],
        value: [4, 3, 0, 3],
      },
      { name: "out of range", inputs: [i32([-5, 50]), [1, 2]], value: [1, 0, 0, 2] },
      {
        name: "nothing",
        inputs: [i32([]), spread([0, 2])],
        value: [
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        order: 0,
        batch: false,
      },
      { name: "many rows", inputs: [integers([300], 0, 4), spread([300, 5])], order: 0 },
    ],
  },
  {
    op: "oneHot",
    f: (at) => oneHot(at, 3),
    cases: [
      {
        name: "a list",
        inputs: [i32([1, 0, 7, -1])],
        value: [
          [0, 1, 0],
          [1, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
        type: "float",
      },
    ],
  },
  {
    op: "iota",
    f: () => iota(4),
    cases: [{ name: "four", inputs: [], value: i32([0, 1, 2, 3]) }],
  },
  {
    op: "eye",
    f: () => eye(2),
    cases: [
      {
        name: "two",
        inputs: [],
        value: [
          [1, 0],
          [0, 1],
        ],
        type: "float",
      },
    ],
  },
  {
    op: "fill",
    f: () => fill([2, 2], 7, "i32"),
    cases: [{ name: "a matrix", inputs: [], value: i32([7, 7, 7, 7], [2, 2]) }],
  },
  {
    op: "zerosLike",
    f: (x) => zerosLike(x),
    cases: [
      {
        name: "a matrix",
        inputs: [table],
        value: [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        order: 0,
      },
    ],
  },
  {
    op: "onesLike",
    f: (x) => mul(onesLike(x), x),
    cases: [{ name: "a matrix", inputs: [table], value: table }],
  },
];
