import type { Tensor } from "@metrigrad/tensor";
import { add, affine, gram, matmul, mul, symmetrize, transpose } from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { product, swapped } from "./loops.ts";
import { at, definite, filled, spread } from "./values.ts";

function multiplied(name: string, left: number[], right: number[], shape: number[]): OpCase {
  const inputs = [spread(left, -1, 1, 1), spread(right, -1, 1, 2)] as const;
  return { name, inputs, value: product(shape, ...inputs) };
}

/** Computes Σ_k x[…, k] w[k, j] + w[d, j] by loops. */
function affined(
  name: string,
  rows: number[],
  weights: number[],
  more: Partial<OpCase> = {},
): OpCase {
  const [x, w] = [spread(rows, -1, 1, 1), spread(weights, -1, 1, 2)];
  const [last = 0, m = 0] = [(weights[0] as number) - 1, weights[1]];
  const value = filled([...rows.slice(0, -1), m], (index) => {
    const j = index.at(-1) as number;
    let total = at(w, [last, j]);
    for (let k = 0; k < last; k++) total += at(x, [...index.slice(0, -1), k]) * at(w, [k, j]);
    return total;
  });
  return { name, inputs: [x, w], value, ...more };
}

/** Computes α Σᵢ νᵢ xᵢxᵢ' + β base by loops. */
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
/** Rows of matrix products. */
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
      affined("stacks of rows", [2, 3, 2], [3, 4]),
      affined("stacks of stacks", [2, 2, 3, 1], [2, 2]),
      affined("a bias alone", [2, 0], [1, 3], { batch: false, order: 0 }),
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
];
