import { diag, diagonal, dot, kron, outer, square, tril, triu } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { counted, spread } from "./values.ts";

const wide = [
  [1, 2, 3],
  [4, 5, 6],
];

/** Rows of products of vectors and matrices element by element, and of parts of matrices. */
export const matrixRows: readonly OpRow[] = [
  {
    op: "tril",
    f: (x) => square(tril(x, 1)),
    cases: [
      {
        name: "with a diagonal above",
        inputs: [wide],
        value: [
          [1, 4, 0],
          [16, 25, 36],
        ],
      },
    ],
  },
  {
    op: "tril",
    f: (x) => tril(x, -1),
    cases: [
      {
        name: "below the diagonal",
        inputs: [wide],
        value: [
          [0, 0, 0],
          [4, 0, 0],
        ],
      },
    ],
  },
  {
    op: "triu",
    f: (x) => square(triu(x)),
    cases: [
      {
        name: "a matrix",
        inputs: [wide],
        value: [
          [1, 4, 9],
          [0, 25, 36],
        ],
      },
    ],
  },
  {
    op: "triu",
    f: (x) => triu(x, 2),
    cases: [
      {
        name: "far above",
        inputs: [wide],
        value: [
          [0, 0, 3],
          [0, 0, 0],
        ],
      },
      { name: "matrices", inputs: [spread([2, 2, 4])], shape: [2, 2, 4] },
    ],
  },
  {
    op: "diagonal",
    f: (x) => square(diagonal(x, 1)),
    cases: [
      { name: "to the right", inputs: [wide], value: [4, 36] },
      { name: "of matrices", inputs: [counted([2, 2, 2])], value: [[1], [25]] },
    ],
  },
  {
    op: "diagonal",
    f: (x) => diagonal(x, -1),
    cases: [
      { name: "below", inputs: [wide], value: [4] },
      {
        name: "of a tall matrix",
        inputs: [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ],
        value: [3, 6],
      },
    ],
  },
  {
    op: "diagonal",
    f: (x) => diagonal(x, 3),
    cases: [{ name: "beside it", inputs: [wide], value: spread([0]), order: 0, batch: false }],
  },
  {
    op: "diag",
    f: (x) => diag(square(x)),
    cases: [
      {
        name: "a vector",
        inputs: [[2, 3]],
        value: [
          [4, 0],
          [0, 9],
        ],
      },
      { name: "vectors", inputs: [[[1], [2]]], value: [[[1]], [[4]]] },
    ],
  },
  {
    op: "diag",
    f: (x) => diag(x, 1),
    cases: [
      {
        name: "to the right",
        inputs: [[2, 3]],
        value: [
          [0, 2, 0],
          [0, 0, 3],
          [0, 0, 0],
        ],
      },
    ],
  },
  {
    op: "diag",
    f: (x) => diag(x, -1),
    cases: [
      {
        name: "below",
        inputs: [[5]],
        value: [
          [0, 0],
          [5, 0],
        ],
      },
    ],
  },
  {
    op: "dot",
    f: (x, y) => dot(x, y),
    cases: [{ name: "rows beside a vector", inputs: [wide, [1, 0, -1]], value: [-2, -2] }],
  },
  {
    op: "outer",
    f: (x, y) => outer(x, y),
    cases: [
      {
        name: "vectors",
        inputs: [
          [1, 2],
          [3, 4, 5],
        ],
        value: [
          [3, 4, 5],
          [6, 8, 10],
        ],
      },
      {
        name: "a batch of one side",
        inputs: [
          [[1], [2]],
          [3, 4],
        ],
        value: [[[3, 4]], [[6, 8]]],
      },
    ],
  },
  {
    op: "kron",
    f: (x, y) => kron(x, y),
    cases: [
      {
        name: "matrices",
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [0, 5],
            [6, 7],
          ],
        ],
        value: [
          [0, 5, 0, 10],
          [6, 7, 12, 14],
          [0, 15, 0, 20],
          [18, 21, 24, 28],
        ],
      },
      {
        name: "a row and a column, batch",
        inputs: [[[[1, 2]]], [[3], [4]]],
        value: [
          [
            [3, 6],
            [4, 8],
          ],
        ],
      },
    ],
  },
];
