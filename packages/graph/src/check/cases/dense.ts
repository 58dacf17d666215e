import type { Node } from "../../core/node.ts";
import {
  concat,
  det,
  inverse,
  linearSolve,
  matmul,
  qr,
  reshape,
  slogdet,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { product, swapped } from "./loops.ts";
import { filled, spread } from "./values.ts";

/** Joins all values in one row. */
const flat = (...nodes: Node[]) =>
  concat(
    nodes.map((node) => reshape(node, [-1])),
    0,
  );
/** Makes well-conditioned general matrices: scattered numbers, with 2 on the diagonal. */
const general = (batch: readonly number[], d: number, seed = 1) => {
  const x = spread([...batch, d, d], -1, 1, seed);
  return filled(x.shape, (index) => x.get(...index) + (index.at(-1) === index.at(-2) ? 2 : 0));
};
const square = general([], 3);
const rhs = spread([3, 2], -1, 1, 5);
const tall = spread([3, 2], -2, 2, 3);

/** Rows of factorizations of general matrices, and of ops that use them. */
export const denseRows: readonly OpRow[] = [
  {
    op: "qr",
    f: (a) => flat(qr(a).q, qr(a).r),
    cases: [
      {
        // Columns (3, 4) and (1, 2): r = [[5, 11/5], [0, 2/5]].
        name: "by hand",
        inputs: [
          [
            [3, 1],
            [4, 2],
          ],
        ],
        value: [0.6, -0.8, 0.8, 0.6, 5, 2.2, 0, 0.4],
      },
      { name: "tall", inputs: [tall] },
      { name: "wide", inputs: [spread([2, 3], -2, 2, 4)] },
      { name: "a column", inputs: [[[-3], [4]]], value: [-0.6, 0.8, 5] },
      { name: "of one", inputs: [[[-7]]], value: [-1, 7] },
      { name: "a stack", inputs: [general([2], 2)] },
    ],
  },
  {
    op: "qr",
    f: (a) => flat(matmul(qr(a).q, qr(a).r), matmul(qr(a).q, qr(a).q, { transposeA: true })),
    cases: [
      {
        name: "dependent columns",
        inputs: [
          [
            [0, 1],
            [0, 1],
            [0, 1],
          ],
        ],
        value: [0, 1, 0, 1, 0, 1, 1, 0, 0, 1],
        gradients: [
          [
            [0, 1],
            [0, 1],
            [0, 1],
          ],
        ],
        order: 0,
      },
    ],
  },
  {
    op: "linearSolve",
    f: (a, b) => linearSolve(a, b),
    cases: [
      { name: "a system", inputs: [square, product([3, 2], square, rhs)], value: rhs },
      // Elimination without a choice of pivots would divide by 0 here.
      {
        name: "a zero first",
        inputs: [
          [
            [0, 2],
            [1, 1],
          ],
          [[4], [5]],
        ],
        value: [[3], [2]],
      },
      { name: "one matrix, a stack of columns", inputs: [general([], 2), spread([2, 2, 1])] },
      { name: "a stack, one column", inputs: [general([2], 2), spread([2, 1])] },
    ],
  },
  {
    op: "linearSolve",
    f: (a, b) => linearSolve(a, b, { transpose: true }),
    cases: [
      { name: "transposed", inputs: [square, product([3, 2], swapped(square), rhs)], value: rhs },
    ],
  },
  {
    op: "inverse",
    f: (a) => inverse(a),
    cases: [
      {
        name: "by hand",
        inputs: [
          [
            [4, 7],
            [2, 6],
          ],
        ],
        value: [
          [0.6, -0.7],
          [-0.2, 0.4],
        ],
      },
      { name: "a stack", inputs: [general([2], 2, 6)], shape: [2, 2, 2] },
    ],
  },
  {
    op: "slogdet",
    f: (a) => slogdet(a).logAbsDet,
    cases: [
      {
        name: "by hand",
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        value: Math.log(2),
      },
      { name: "a stack", inputs: [general([2], 3, 7)], shape: [2] },
      {
        name: "singular",
        inputs: [
          [
            [0, 1],
            [0, 2],
          ],
        ],
        value: Number.NEGATIVE_INFINITY,
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "slogdet",
    f: (a) => slogdet(a).sign,
    cases: [
      {
        name: "signs",
        inputs: [
          [
            [
              [1, 2],
              [3, 4],
            ],
            [
              [0, 1],
              [-1, 0],
            ],
            [
              [0, 1],
              [0, 2],
            ],
          ],
        ],
        value: [-1, 1, 0],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "det",
    f: (a) => det(a),
    cases: [
      // 2(3·2 − 1·4) − 0 + 1(1·4 − 3·0) = 8
      {
        name: "by hand",
        inputs: [
          [
            [2, 0, 1],
            [1, 3, 1],
            [0, 4, 2],
          ],
        ],
        value: 8,
      },
      { name: "a stack", inputs: [general([2], 2, 8)], shape: [2] },
      {
        // The cofactors of [[1, 0], [2, 0]] are [[0, −2], [0, 1]].
        name: "singular",
        inputs: [
          [
            [1, 0],
            [2, 0],
          ],
        ],
        value: 0,
        gradients: [
          [
            [0, -2],
            [0, 1],
          ],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
];
