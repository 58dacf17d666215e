import type { Tensor } from "@metrigrad/tensor";
import {
  add,
  affine,
  cholesky,
  choleskyLogdet,
  choleskyShift,
  choleskySolve,
  gram,
  matmul,
  mul,
  symmetrize,
  transpose,
  triangularSolve,
  tril,
} from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { at, definite, filled, spread } from "./values.ts";

/** Σ_k a[b…, i, k] b[b…, k, j] by loops, batch axes broadcast. */
function product(shape: readonly number[], a: Tensor, b: Tensor): Tensor {
  const inner = a.shape.at(-1) as number;
  return filled(shape, (index) => {
    const lead = index.slice(0, -2);
    const [i = 0, j = 0] = index.slice(-2);
    let total = 0;
    for (let k = 0; k < inner; k++) total += at(a, [...lead, i, k]) * at(b, [...lead, k, j]);
    return total;
  });
}

function multiplied(name: string, left: number[], right: number[], shape: number[]): OpCase {
  const inputs = [spread(left, -1, 1, 1), spread(right, -1, 1, 2)] as const;
  return { name, inputs, value: product(shape, ...inputs) };
}

function swapped(value: Tensor): Tensor {
  const shape = [
    ...value.shape.slice(0, -2),
    value.shape.at(-1) as number,
    value.shape.at(-2) as number,
  ];
  return filled(shape, (index) => {
    const [i = 0, j = 0] = index.slice(-2);
    return value.get(...index.slice(0, -2), j, i);
  });
}

/** α Σᵢ νᵢ xᵢxᵢ' + β base by loops. */
function grams(
  x: Tensor,
  nu: Tensor | null,
  base: Tensor | null,
  alpha: number,
  beta: number,
): Tensor {
  const [n = 0, d = 0] = x.shape.slice(-2);
  const batch = [
    x.shape.slice(0, -2),
    nu?.shape.slice(0, -1) ?? [],
    base?.shape.slice(0, -2) ?? [],
  ];
  const lead = batch.reduce((a, b) => (b.length > a.length ? b : a));
  return filled([...lead, d, d], (index) => {
    const [p = 0, q = 0] = index.slice(-2);
    const b = index.slice(0, -2);
    let total = 0;
    for (let i = 0; i < n; i++) {
      const weight = nu === null ? 1 : at(nu, [...b, i]);
      total += weight * at(x, [...b, i, p]) * at(x, [...b, i, q]);
    }
    return alpha * total + (base === null ? 0 : beta * at(base, index));
  });
}

const [tall, weights] = [spread([5, 3], -1, 1, 1), spread([5], 0.1, 1, 2)];
const manyWeights = spread([2, 5], 0.1, 1, 3);
const base = definite([], 3, 4);
const lower = filled([3, 3], ([i = 0, j = 0]) =>
  j > i ? 0 : i === j ? 1.5 + i : 0.3 * (i + j) - 0.7,
);
const rhs = spread([3, 2], -1, 1, 5);
const two = filled([2, 2], ([i = 0, j = 0]) => (i === j ? 1 : 2));

/** Rows of matrix products and factorisations. */
export const productRows: readonly OpRow[] = [
  {
    op: "matmul",
    f: (a, b) => matmul(a, b),
    cases: [
      multiplied("matrices", [2, 3], [3, 4], [2, 4]),
      multiplied("stacks", [2, 2, 3], [2, 3, 2], [2, 2, 2]),
      multiplied("a stack by a matrix", [2, 2, 3], [3, 2], [2, 2, 2]),
      multiplied("a matrix by a stack", [2, 3], [2, 3, 2], [2, 2, 2]),
      multiplied("stacks that broadcast", [2, 1, 2, 3], [3, 3, 1], [2, 3, 2, 1]),
      { ...multiplied("edges of tiles", [37, 29], [29, 23], [37, 23]), order: 0 },
      { ...multiplied("one row", [1, 300], [300, 9], [1, 9]), order: 0 },
      {
        name: "no inner axis",
        inputs: [spread([2, 0]), spread([0, 2])],
        value: [
          [0, 0],
          [0, 0],
        ],
        order: 0,
        batch: false,
      },
      {
        name: "no rows",
        inputs: [spread([0, 3]), spread([3, 2])],
        shape: [0, 2],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "matmul",
    f: (a, b) => matmul(a, b, { transposeA: true, transposeB: true }),
    cases: [
      {
        name: "both transposed",
        inputs: [spread([3, 2]), spread([4, 3])],
        value: product([2, 4], swapped(spread([3, 2])), swapped(spread([4, 3]))),
      },
      {
        name: "a transposed stack by a matrix",
        inputs: [spread([2, 3, 2], -1, 1), spread([2, 3], -1, 1)],
        shape: [2, 2, 2],
      },
    ],
  },
  {
    op: "matmul",
    f: (a, b) => mul(add(matmul(a, b), 1), matmul(a, b)),
    cases: [
      {
        name: "with arithmetic on the product",
        inputs: [spread([7, 5], -1, 1), spread([5, 9], -1, 1, 2)],
      },
    ],
  },
  {
    op: "affine",
    f: (x, w) => affine(x, w),
    cases: [
      {
        name: "rows",
        inputs: [
          [[1, 2]],
          [
            [3, 4],
            [5, 6],
            [7, 8],
          ],
        ],
        value: [[20, 24]],
      },
      { name: "stacks of rows", inputs: [spread([2, 3, 2]), spread([3, 4])], shape: [2, 3, 4] },
    ],
  },
  {
    op: "gram",
    f: (x) => gram(x),
    cases: [
      { name: "plain", inputs: [tall], value: grams(tall, null, null, 1, 1) },
      { name: "a stack", inputs: [spread([2, 4, 3], -1, 1)], shape: [2, 3, 3] },
      { name: "edges of tiles", inputs: [spread([19, 21], -1, 1)], order: 0 },
      {
        name: "no rows",
        inputs: [spread([0, 2])],
        value: [
          [0, 0],
          [0, 0],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "gram",
    f: (x, nu) => gram(x, { nu, alpha: 0.2 }),
    cases: [
      { name: "weighted", inputs: [tall, weights], value: grams(tall, weights, null, 0.2, 1) },
      {
        name: "one matrix per list of weights",
        inputs: [tall, manyWeights],
        value: grams(tall, manyWeights, null, 0.2, 1),
      },
    ],
  },
  {
    op: "gram",
    f: (x, nu, from) => gram(x, { nu, base: symmetrize(from), alpha: 0.05, beta: 0.95 }),
    cases: [
      {
        name: "a running average",
        inputs: [tall, weights, base],
        value: grams(tall, weights, base, 0.05, 0.95),
      },
    ],
  },
  {
    op: "gram",
    f: (x, from) => gram(transpose(x), { base: symmetrize(from), beta: 0.5 }),
    cases: [
      { name: "of a view, with a base", inputs: [spread([3, 5], -1, 1), base], shape: [3, 3] },
    ],
  },
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
      // Eigenvalues of [[1, 2], [2, 1]] are 3 and −1: λ = 0.2 fails, 2 succeeds.
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
];
