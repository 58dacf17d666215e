import {
  add,
  argMax,
  cholesky,
  exp,
  gather,
  gram,
  matmul,
  max,
  mul,
  scatterAdd,
  slice,
  softmax,
  sum,
  tanh,
  transpose,
  triangularSolve,
} from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { definite, filled, integers, spread } from "./values.ts";

/**
 * Makes a case that compares only the value; smaller cases check the derivatives. Its inputs are
 * drawn when a check first reads them. Otherwise the import of the package would wait for them.
 */
function large(name: string, draw: () => OpCase["inputs"], tolerance?: number): OpCase {
  let drawn: OpCase["inputs"] | undefined;
  return {
    name,
    get inputs() {
      drawn ??= draw();
      return drawn;
    },
    order: 0,
    batch: false,
    ...(tolerance === undefined ? {} : { tolerance }),
  };
}

const one = (shape: readonly number[], seed = 1) => spread(shape, -1, 1, seed);
const lower = () =>
  filled([131, 131], ([i = 0, j = 0]) => {
    return j > i ? 0 : i === j ? 2 + (i % 3) : ((i * 7 + j * 3) % 11) / 60 - 0.1;
  });

/** Cases of sizes at which backends tile, unroll and share work among threads. */
export const largeRows: readonly OpRow[] = [
  {
    op: "matmul",
    f: (a, b) => matmul(a, b),
    cases: [
      large("past a tile in every axis", () => [one([131, 97]), one([97, 141], 2)]),
      large("a long inner axis", () => [one([9, 2053]), one([2053, 17], 2)]),
      large("one column", () => [one([517, 65]), one([65, 1], 2)]),
      large("many small", () => [one([37, 5, 7]), one([37, 7, 3], 2)]),
    ],
  },
  {
    op: "matmul",
    f: (a, b) => tanh(add(matmul(a, b, { transposeA: true, transposeB: true }), 0.1)),
    cases: [large("transposed, then arithmetic", () => [one([97, 131]), one([141, 97], 2)])],
  },
  {
    op: "gram",
    f: (x, nu, base) => gram(x, { nu, base, alpha: 0.01, beta: 0.9 }),
    cases: [
      large("past a tile", () => [one([150, 91]), spread([150], 0, 1), definite([], 91)]),
      large("many of one x", () => [one([50, 33]), spread([17, 50], 0, 1), definite([17], 33)]),
    ],
  },
  {
    op: "cholesky",
    f: (a, shift) => cholesky(a, { shift }),
    cases: [
      large("past a panel", () => [definite([], 150), 0.5], 2e-4),
      large("a stack", () => [definite([5], 49), 0.5], 2e-4),
    ],
  },
  {
    op: "triangularSolve",
    f: (l, b) => triangularSolve(l, b),
    cases: [
      large("many right-hand sides", () => [lower(), one([131, 67])]),
      large("one", () => [lower(), one([131, 1])]),
    ],
  },
  {
    op: "triangularSolve",
    f: (l, b) => triangularSolve(l, b, { transpose: true }),
    cases: [
      large("transposed", () => [lower(), one([131, 67])]),
      large("transposed, one", () => [lower(), one([131, 1])]),
    ],
  },
  {
    op: "sum",
    f: (x) => sum(mul(x, x), { axis: 0 }),
    cases: [
      large("columns", () => [one([513, 37])]),
      large("the first of three axes", () => [one([65, 7, 33])]),
    ],
  },
  {
    op: "sum",
    f: (x) => sum(exp(x), { axis: [0, 2] }),
    cases: [large("outer axes", () => [one([17, 33, 29])])],
  },
  {
    op: "max",
    f: (x) => max(transpose(x), { axis: 1 }),
    cases: [large("of a view", () => [one([513, 37])])],
  },
  {
    op: "argMax",
    f: (x) => argMax(x, { axis: 0 }),
    cases: [large("columns", () => [one([513, 37])])],
  },
  { op: "softmax", f: (x) => softmax(x), cases: [large("rows", () => [one([67, 129])])] },
  {
    op: "gather",
    f: (x, at) => gather(x, at),
    cases: [large("long rows", () => [one([300, 257]), integers([111], 0, 300)])],
  },
  {
    op: "scatterAdd",
    f: (at, updates) => scatterAdd(at, updates, 97),
    cases: [large("long rows", () => [integers([411], 0, 97), one([411, 65])])],
  },
  {
    op: "exp",
    f: (x) => exp(slice(transpose(x), [null, [1, 500, 3]])),
    cases: [large("every third of a view", () => [one([517, 61])])],
  },
  {
    op: "add",
    f: (x, y) => mul(add(x, y), tanh(x)),
    cases: [large("100,003 elements", () => [one([100_003]), one([100_003], 2)])],
  },
];
