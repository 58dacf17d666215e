import type { Node } from "../../core/node.ts";
import {
  concat,
  eigh,
  expandDims,
  lstsq,
  matmul,
  matrixRank,
  mul,
  pinv,
  reshape,
  singularValues,
  svd,
  symmetrize,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { filled, spread } from "./values.ts";

/** Joins all values in one row. */
const flat = (...nodes: Node[]) =>
  concat(
    nodes.map((node) => reshape(node, [-1])),
    0,
  );
const tall = spread([3, 2], -2, 2, 3);
const ones = filled([3, 2], () => 1);
const again = (a: Node) => {
  const { u, s, v } = svd(a);
  return matmul(mul(u, expandDims(s, -2)), v, { transposeB: true });
};

/** Rows of singular values, and of ops that use them. */
export const spectralRows: readonly OpRow[] = [
  {
    op: "svd",
    f: (a) => flat(svd(a).u, svd(a).s, svd(a).v),
    cases: [
      {
        // [[3, 0], [4, 5]] has A'A = [[25, 20], [20, 25]]: s² = 45 and 5, v = (1, 1)/√2 and (−1, 1)/√2 up to sign.
        name: "by hand",
        inputs: [
          [
            [3, 0],
            [4, 5],
          ],
        ],
        value: [
          ...[1, 3, 3, -1].map((x) => x / Math.sqrt(10)),
          ...[Math.sqrt(45), Math.sqrt(5)],
          ...[1, 1, 1, -1].map((x) => x / Math.sqrt(2)),
        ],
      },
      { name: "tall", inputs: [tall], tolerance: 1e-4 },
      { name: "a stack of wide ones", inputs: [spread([2, 1, 2], -2, 2, 4)], tolerance: 1e-4 },
      {
        name: "equal values",
        inputs: [
          [
            [0, 2],
            [-2, 0],
          ],
        ],
        value: [0, 1, 1, 0, 2, 2, -1, 0, 0, 1],
        // The derivative of the singular values alone.
        gradients: [
          [
            [0, 1],
            [-1, 0],
          ],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "svd",
    f: again,
    cases: [
      { name: "the matrix itself", inputs: [tall], value: tall },
      {
        name: "of rank one",
        inputs: [ones],
        value: ones,
        order: 0,
      },
    ],
  },
  {
    op: "svd",
    f: (a) => matmul(svd(a).u, svd(a).u, { transposeA: true }),
    cases: [
      {
        name: "orthonormal columns, whatever the rank",
        inputs: [filled([5, 3], ([, j = 0]) => (j === 1 ? 0 : j + 1))],
        value: filled([3, 3], ([i, j]) => (i === j ? 1 : 0)),
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "singularValues",
    f: (a) => singularValues(a),
    cases: [
      {
        name: "by hand",
        inputs: [
          [
            [3, 0],
            [4, 5],
          ],
        ],
        value: [Math.sqrt(45), Math.sqrt(5)],
      },
      {
        // Recorded from numpy 2.4, linalg.svd.
        name: "three columns",
        inputs: [
          [
            [1, 2, 3],
            [4, 5, 6],
            [7, 8, 10],
          ],
        ],
        value: [17.412505166808593, 0.8751613501104366, 0.1968665211174301],
        tolerance: 1e-4,
      },
      {
        // 10⁻⁹ beside 1 keeps its digits. With A'A it would lose them.
        name: "a small one",
        inputs: [
          [
            [1, 0],
            [0, 1e-9],
          ],
        ],
        value: [1, 1e-9],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "pinv",
    f: (a) => pinv(a),
    cases: [
      { name: "tall", inputs: [tall], shape: [2, 3] },
      // The pseudo-inverse of ones, [3, 2], is a sixth of its transpose.
      {
        name: "of rank one",
        inputs: [ones],
        value: filled([2, 3], () => 1 / 6),
        gradients: [filled([3, 2], () => -1 / 6)],
        order: 0,
      },
    ],
  },
  {
    op: "matrixRank",
    f: (a) => matrixRank(a, { rcond: 1e-3 }),
    cases: [
      {
        name: "a stack",
        inputs: [
          [
            [
              [1, 2],
              [2, 4],
            ],
            [
              [1, 2],
              [3, 4],
            ],
            [
              [0, 0],
              [0, 0],
            ],
          ],
        ],
        value: [1, 2, 0],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "lstsq",
    f: (a, b) => lstsq(a, b),
    cases: [
      // The best line through (0, 1), (1, 2) and (2, 2) is 7/6 + t/2.
      {
        name: "a line",
        inputs: [
          [
            [1, 0],
            [1, 1],
            [1, 2],
          ],
          [[1], [2], [2]],
        ],
        value: [[7 / 6], [0.5]],
      },
      // The shortest x with x₀ + 2x₁ = 5.
      { name: "the shortest", inputs: [[[1, 2]], [[5]]], value: [[1], [2]] },
    ],
  },
  {
    op: "lstsq",
    f: (a, b) => lstsq(a, b, { rcond: 1e-6 }),
    cases: [
      { name: "of full rank", inputs: [tall, spread([3, 1], -1, 1, 5)] },
      { name: "of rank one", inputs: [ones, [[1], [2], [6]]], value: [[1.5], [1.5]], order: 0 },
    ],
  },
  {
    // The derivatives of the vectors of equal eigenvalues are set to 0. The derivatives of the
    // eigenvalues are finite.
    op: "eigh",
    f: (a) => flat(eigh(symmetrize(a)).values, eigh(symmetrize(a)).vectors),
    cases: [
      {
        name: "equal eigenvalues are finite",
        inputs: [
          [
            [2, 0],
            [0, 2],
          ],
        ],
        value: [2, 2, 1, 0, 0, 1],
        gradients: [
          [
            [1, 0],
            [0, 1],
          ],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
];
