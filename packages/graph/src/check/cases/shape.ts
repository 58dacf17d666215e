import {
  add,
  augment,
  broadcastTo,
  concat,
  diagonal,
  expandDims,
  moveAxis,
  mul,
  pad,
  reshape,
  slice,
  square,
  squeeze,
  stack,
  symmetrize,
  trace,
  transpose,
  tril,
  unbroadcast,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { filled, i32, spread, u8 } from "./values.ts";

const counted = (shape: readonly number[]) => {
  let next = 0;
  return filled(shape, () => next++);
};

/** Rows of ops that move elements. Squares in some make the second derivative more than zero. */
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
    ],
  },
  {
    op: "slice",
    f: (x) => mul(slice(x, [null, [0, 3]]), slice(x, [null, [2, 5]])),
    cases: [{ name: "two that overlap", inputs: [spread([2, 5])] }],
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
