import {
  add,
  broadcastTo,
  expandDims,
  moveAxis,
  mul,
  reshape,
  slice,
  square,
  squeeze,
  transpose,
  unbroadcast,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { counted, f16, i32, spread, u8 } from "./values.ts";

/** Rows of views. Some have squares, so that the second derivative is not zero. */
export const shapeRows: readonly OpRow[] = [
  {
    op: "reshape",
    f: (x) => reshape(x, [3, 2]),
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
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      },
      { name: "bytes", inputs: [u8([1, 2, 3, 4, 5, 6])], value: u8([1, 2, 3, 4, 5, 6], [3, 2]) },
      {
        name: "halves",
        inputs: [f16([1.5, 2, -3, 4, 5, 6])],
        value: f16([1.5, 2, -3, 4, 5, 6], [3, 2]),
      },
    ],
  },
  {
    op: "reshape",
    f: (x) => reshape(transpose(square(x)), [-1]),
    cases: [
      {
        name: "a transposed view",
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        value: [1, 16, 4, 25, 9, 36],
      },
    ],
  },
  {
    op: "reshape",
    f: (x) => transpose(reshape(transpose(x), [2, 2, 3])),
    cases: [{ name: "between views", inputs: [spread([4, 3])], shape: [2, 3, 2] }],
  },
  {
    op: "expandDims",
    f: (x) => expandDims(x, 1),
    cases: [
      {
        name: "in the middle",
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        value: [[[1, 2]], [[3, 4]]],
      },
    ],
  },
  {
    op: "squeeze",
    f: (x) => squeeze(x, -1),
    cases: [{ name: "the last axis", inputs: [[[1], [2]]], value: [1, 2] }],
  },
  {
    op: "broadcastTo",
    f: (x) => broadcastTo(x, [2, 2, 3]),
    cases: [
      {
        name: "a column",
        inputs: [[[5], [6]]],
        value: [
          [
            [5, 5, 5],
            [6, 6, 6],
          ],
          [
            [5, 5, 5],
            [6, 6, 6],
          ],
        ],
      },
      { name: "a scalar", inputs: [i32([4], [])], value: i32(new Array(12).fill(4), [2, 2, 3]) },
    ],
  },
  {
    op: "broadcastTo",
    f: (x) => mul(broadcastTo(square(x), [2, 3, 2]), [[1], [2], [3]]),
    cases: [{ name: "inside arithmetic", inputs: [spread([2])] }],
  },
  {
    op: "unbroadcast",
    f: (x) => unbroadcast(x, [3, 1]),
    cases: [
      { name: "sums what was repeated", inputs: [counted([2, 3, 2])], value: [[14], [22], [30]] },
    ],
  },
  {
    op: "transpose",
    f: (x) => transpose(x),
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
          [1, 4],
          [2, 5],
          [3, 6],
        ],
      },
      {
        name: "the last two axes",
        inputs: [counted([2, 2, 2])],
        value: [
          [
            [0, 2],
            [1, 3],
          ],
          [
            [4, 6],
            [5, 7],
          ],
        ],
      },
      { name: "nothing", inputs: [spread([0, 3])], shape: [3, 0], order: 0, batch: false },
    ],
  },
  {
    op: "transpose",
    f: (x) => transpose(transpose(square(x), [1, 2, 0]), [0, 2, 1]),
    cases: [{ name: "twice", inputs: [spread([2, 3, 4])], shape: [3, 2, 4] }],
  },
  {
    op: "moveAxis",
    f: (x) => moveAxis(x, 0, -1),
    cases: [
      {
        name: "first to last",
        inputs: [counted([2, 1, 3])],
        value: [
          [
            [0, 3],
            [1, 4],
            [2, 5],
          ],
        ],
      },
    ],
  },
  {
    op: "slice",
    f: (x) =>
      slice(x, [
        [1, 3],
        [0, -1, 2],
      ]),
    cases: [
      {
        name: "with a step",
        inputs: [counted([4, 5])],
        value: [
          [5, 7],
          [10, 12],
        ],
      },
      {
        name: "bytes",
        inputs: [u8([0, 1, 2, 3, 4, 5, 6, 7, 8], [3, 3])],
        value: u8([3, 6], [2, 1]),
      },
      {
        name: "halves",
        inputs: [f16([0.5, 1, 2, 3, 4, 5, 6, 7, 8], [3, 3])],
        value: f16([3, 6], [2, 1]),
      },
    ],
  },
  {
    op: "slice",
    f: (x) => mul(slice(x, [null, [0, 3]]), slice(x, [null, [2, 5]])),
    cases: [{ name: "two that overlap", inputs: [spread([2, 5])] }],
  },
  {
    op: "slice",
    f: (x) =>
      add(
        mul(slice(square(x), [[0, 2]]), slice(x, [[2, 4]])),
        mul(slice(x, [[4, 6]]), slice(x, [[0, 4, 2]])),
      ),
    cases: [{ name: "several of one value", inputs: [spread([6, 3])] }],
  },
  {
    op: "slice",
    f: (x) => mul(slice(x, [[0, 6, 2]]), slice(x, [[1, 6, 2]])),
    cases: [{ name: "side by side with steps", inputs: [[1, 2, 3, 4, 5, 6]], value: [2, 12, 30] }],
  },
  {
    op: "slice",
    f: (x) => slice(slice(square(x), [[1, 8, 2]]), [[1, 4, 2]]),
    cases: [{ name: "of a slice", inputs: [counted([8])], value: [9, 49] }],
  },
  {
    op: "slice",
    f: (x) => slice(x, [[1, 1]]),
    cases: [{ name: "nothing", inputs: [spread([3, 2])], shape: [0, 2], batch: false, order: 0 }],
  },
];
