import {
  add,
  augment,
  broadcastTo,
  concat,
  diagonal,
  mul,
  pad,
  square,
  stack,
  symmetrize,
  trace,
  tril,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { counted, f16, i32, spread, u8 } from "./values.ts";

/** Rows of ops that put values together, and of parts of matrices. */
export const joinRows: readonly OpRow[] = [
  {
    op: "pad",
    f: (x) =>
      pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        9,
      ),
    cases: [
      {
        name: "with a value",
        inputs: [[[1, 2]]],
        value: [
          [9, 9, 9, 9],
          [1, 2, 9, 9],
        ],
      },
      {
        name: "i32",
        inputs: [i32([1, 2], [2, 1])],
        value: i32([9, 9, 9, 1, 9, 9, 2, 9, 9], [3, 3]),
      },
      { name: "nothing", inputs: [spread([0, 1])], value: [[9, 9, 9]], order: 0, batch: false },
    ],
  },
  {
    op: "pad",
    f: (x) => square(pad(square(x), [[2, 1]])),
    cases: [{ name: "inside arithmetic", inputs: [[3, 2]], value: [0, 0, 81, 16, 0] }],
  },
  {
    op: "augment",
    f: (x) => augment(square(x)),
    cases: [
      {
        name: "rows",
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        value: [
          [1, 4, 1],
          [9, 16, 1],
        ],
      },
      { name: "one row", inputs: [[3]], value: [9, 1] },
    ],
  },
  {
    op: "concat",
    f: (x, y, z) => concat([x, y, z], 1),
    cases: [
      {
        name: "columns",
        inputs: [
          [[1], [2]],
          [
            [3, 4],
            [5, 6],
          ],
          [[7], [8]],
        ],
        value: [
          [1, 3, 4, 7],
          [2, 5, 6, 8],
        ],
      },
      {
        name: "with nothing in between",
        inputs: [[[1]], spread([1, 0]), [[2]]],
        value: [[1, 2]],
        order: 0,
        batch: false,
      },
      {
        name: "bytes",
        inputs: [u8([1], [1, 1]), u8([2], [1, 1]), u8([3], [1, 1])],
        value: u8([1, 2, 3], [1, 3]),
      },
      {
        name: "halves",
        inputs: [f16([1.5], [1, 1]), f16([-(2 ** -24)], [1, 1]), f16([1 / 0], [1, 1])],
        value: f16([1.5, -(2 ** -24), 1 / 0], [1, 3]),
      },
    ],
  },
  {
    op: "concat",
    f: (x, y) => concat([mul(x, y), add(x, y), x, x], 0),
    cases: [
      {
        name: "of computed values and one twice",
        inputs: [spread([2, 3]), spread([2, 3], -1, 1, 2)],
      },
    ],
  },
  {
    op: "concat",
    f: (x) => concat([concat([square(x), x], -1), broadcastTo(2, [2, 1])], -1),
    cases: [
      {
        name: "nested",
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        value: [
          [1, 4, 1, 2, 2],
          [9, 16, 3, 4, 2],
        ],
      },
    ],
  },
  {
    op: "stack",
    f: (x, y) => stack([x, mul(x, y)], -1),
    cases: [
      {
        name: "on a last axis",
        inputs: [
          [1, 2],
          [3, 4],
        ],
        value: [
          [1, 3],
          [2, 8],
        ],
      },
    ],
  },
  {
    op: "diagonal",
    f: (x) => square(diagonal(x)),
    cases: [
      {
        name: "matrices",
        inputs: [counted([2, 2, 2])],
        value: [
          [0, 9],
          [16, 49],
        ],
      },
    ],
  },
  {
    op: "trace",
    f: (x) => square(trace(x)),
    cases: [{ name: "matrices", inputs: [counted([2, 2, 2])], value: [9, 121] }],
  },
  {
    op: "tril",
    f: (x) => square(tril(x)),
    cases: [
      {
        name: "a matrix",
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        value: [
          [1, 0, 0],
          [16, 25, 0],
        ],
      },
    ],
  },
  {
    op: "symmetrize",
    f: (x) => symmetrize(x),
    cases: [
      {
        name: "a matrix",
        inputs: [
          [
            [1, 2],
            [4, 5],
          ],
        ],
        value: [
          [1, 3],
          [3, 5],
        ],
      },
    ],
  },
];
