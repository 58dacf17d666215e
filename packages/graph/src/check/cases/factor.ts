import type { Node } from "../../core/node.ts";
import {
  cholesky,
  choleskyLogdet,
  choleskyShift,
  choleskySolve,
  eigh,
  exp,
  expandDims,
  matmul,
  mul,
  symmetrize,
  triangularSolve,
  tril,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { product, swapped } from "./loops.ts";
import { definite, filled, spread } from "./values.ts";

const base = definite([], 3, 4);
const lower = filled([3, 3], ([i = 0, j = 0]) =>
  j > i ? 0 : i === j ? 1.5 + i : 0.3 * (i + j) - 0.7,
);
const rhs = spread([3, 2], -1, 1, 5);
/**
 * Computes V diag(f(λ)) V' of a symmetric matrix. It does not depend on the signs of the vectors.
 */
const spectral = (a: Node, f: (values: Node) => Node) => {
  const { values, vectors } = eigh(symmetrize(a));
  return matmul(mul(vectors, expandDims(f(values), -2)), vectors, { transposeB: true });
};
/** The matrix of second differences. Its eigenvalues are 2 − 2 cos(kπ/(d + 1)). */
const chain = (d: number) =>
  filled([d, d], ([i = 0, j = 0]) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0));
const chainValues = (d: number) =>
  filled([d], ([k = 0]) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (d + 1)));
const two = filled([2, 2], ([i = 0, j = 0]) => (i === j ? 1 : 2));

/** Rows of factorizations, and of solutions by them. */
export const factorRows: readonly OpRow[] = [
  {
    op: "triangularSolve",
    f: (l, b) => triangularSolve(tril(l), b),
    cases: [
      { name: "one system", inputs: [lower, product([3, 2], lower, rhs)], value: rhs },
      { name: "stacks", inputs: [definite([2], 3), spread([2, 3, 2])], shape: [2, 3, 2] },
      {
        name: "one triangle, many right-hand sides",
        inputs: [lower, spread([2, 3, 2])],
        shape: [2, 3, 2],
      },
      {
        name: "many triangles, one right-hand side",
        inputs: [definite([2], 3), rhs],
        shape: [2, 3, 2],
      },
    ],
  },
  {
    op: "triangularSolve",
    f: (l, b) => triangularSolve(l, b, { transpose: true }),
    cases: [
      { name: "transposed", inputs: [lower, product([3, 2], swapped(lower), rhs)], value: rhs },
      {
        name: "a stack, transposed",
        inputs: [definite([2], 3), spread([2, 3, 1])],
        shape: [2, 3, 1],
      },
      {
        name: "a triangle larger than a panel",
        inputs: [definite([], 53), spread([53, 3])],
        order: 0,
        tolerance: 2e-4,
      },
    ],
  },
  {
    op: "cholesky",
    f: (a) => matmul(cholesky(symmetrize(a)), [[1], [2], [-1]]),
    cases: [{ name: "as a map", inputs: [definite([], 3)] }],
  },
  {
    op: "cholesky",
    f: (a) => cholesky(symmetrize(a)),
    cases: [
      {
        name: "by hand",
        inputs: [
          [
            [4, 2, -2],
            [2, 10, 5],
            [-2, 5, 9],
          ],
        ],
        value: [
          [2, 0, 0],
          [1, 3, 0],
          [-1, 2, 2],
        ],
      },
      { name: "a stack", inputs: [definite([2], 3)], shape: [2, 3, 3] },
      { name: "larger than a panel", inputs: [definite([], 61)], order: 0 },
    ],
  },
  {
    op: "cholesky",
    f: (a, shift) => cholesky(symmetrize(a), { shift }),
    cases: [
      {
        name: "shifted",
        inputs: [
          [
            [3, 2],
            [2, 9],
          ],
          1,
        ],
        value: [
          [2, 0],
          [1, 3],
        ],
      },
      { name: "a shift per matrix", inputs: [definite([2], 2), [0.1, 0.5]], shape: [2, 2, 2] },
      {
        name: "one matrix, several shifts",
        inputs: [definite([], 2), [0.1, 0.5, 1]],
        shape: [3, 2, 2],
      },
    ],
  },
  {
    op: "choleskyShift",
    f: (a, shift) => choleskyShift(cholesky(a, { shift })),
    cases: [
      { name: "as given", inputs: [definite([2], 2), [0.1, 0.5]], value: [0.1, 0.5], order: 0 },
      // The eigenvalues of [[1, 2], [2, 1]] are 3 and −1. So λ = 0.2 fails, and λ = 2 succeeds.
      { name: "raised once", inputs: [two, 0.2], value: 2, order: 0, batch: false },
      { name: "given up", inputs: [two, 1e-9], value: Number.NaN, order: 0, batch: false },
    ],
  },
  {
    op: "choleskySolve",
    f: (a, b) => choleskySolve(cholesky(symmetrize(a)), b),
    cases: [
      { name: "a system", inputs: [base, product([3, 2], base, rhs)], value: rhs },
      { name: "a stack", inputs: [definite([2], 3), spread([2, 3, 1])], shape: [2, 3, 1] },
    ],
  },
  {
    op: "choleskyLogdet",
    f: (a) => choleskyLogdet(cholesky(symmetrize(a))),
    cases: [
      {
        name: "by hand",
        inputs: [
          [
            [3, 1],
            [1, 4],
          ],
        ],
        value: Math.log(11),
      },
      { name: "a stack", inputs: [definite([2], 3)], shape: [2] },
    ],
  },
  {
    op: "eigh",
    f: (a) => eigh(symmetrize(a)).values,
    cases: [
      { name: "by hand", inputs: [two], value: [-1, 3] },
      { name: "the second difference", inputs: [chain(5)], value: chainValues(5) },
      { name: "a stack", inputs: [definite([2], 3)], shape: [2, 3] },
      { name: "many", inputs: [chain(70)], value: chainValues(70), order: 0 },
      { name: "of one", inputs: [[[-7]]], value: [-7] },
    ],
  },
  {
    op: "eigh",
    f: (a) => spectral(a, exp),
    cases: [
      { name: "a function of a matrix", inputs: [spread([3, 3], -1, 1)], shape: [3, 3] },
      {
        name: "functions of a stack",
        inputs: [definite([2], 3)],
        shape: [2, 3, 3],
        tolerance: 1e-4,
      },
    ],
  },
  {
    op: "eigh",
    f: (a) => spectral(a, (values) => values),
    cases: [
      { name: "the matrix itself", inputs: [base], value: base },
      { name: "a large one", inputs: [definite([], 61)], value: definite([], 61), order: 0 },
      {
        name: "equal eigenvalues",
        inputs: [filled([3, 3], () => 1)],
        value: filled([3, 3], () => 1),
        order: 0,
      },
    ],
  },
  {
    op: "eigh",
    f: (a) => matmul(eigh(a).vectors, eigh(a).vectors, { transposeA: true }),
    cases: [
      {
        name: "orthonormal columns",
        inputs: [definite([], 40)],
        value: filled([40, 40], ([i, j]) => (i === j ? 1 : 0)),
        order: 0,
      },
    ],
  },
];
