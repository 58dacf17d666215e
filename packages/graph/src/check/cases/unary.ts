import {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  log2,
  log10,
  neg,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sqrt,
  square,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { erfSeries, type UnarySpec, unaryRowsOf } from "./unarySpec.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

const specs: readonly UnarySpec[] = [
  { op: "neg", f: neg, of: (x) => -x, points: [[0, -0, -1]], limits: [[inf, -inf]] },
  {
    op: "abs",
    f: abs,
    of: Math.abs,
    points: [
      [0, 0, 0],
      [-3, 3, -1],
    ],
    limits: [[-inf, inf]],
  },
  {
    op: "sign",
    f: sign,
    of: Math.sign,
    points: [
      [0, 0, 0],
      [-3, -1, 0],
    ],
    limits: [[nan, nan]],
  },
  {
    op: "exp",
    f: exp,
    of: Math.exp,
    points: [[0, 1, 1]],
    limits: [
      [-inf, 0],
      [inf, inf],
      [nan, nan],
      [1000, inf],
      [-1000, 0],
    ],
  },
  {
    op: "expm1",
    f: expm1,
    of: Math.expm1,
    points: [
      [0, 0, 1],
      [1e-9, 1e-9 + 5e-19, 1 + 1e-9],
    ],
    limits: [
      [-inf, -1],
      [inf, inf],
      [nan, nan],
    ],
  },
  {
    op: "log",
    f: log,
    of: Math.log,
    from: 0.2,
    to: 3,
    points: [[1, 0, 1]],
    limits: [
      [0, -inf],
      [inf, inf],
      [-1, nan],
    ],
  },
  {
    op: "log1p",
    f: log1p,
    of: Math.log1p,
    from: -0.6,
    points: [
      [0, 0, 1],
      [1e-9, 1e-9 - 5e-19, 1 - 1e-9],
    ],
    limits: [
      [-1, -inf],
      [inf, inf],
      [-2, nan],
    ],
  },
  {
    op: "log2",
    f: log2,
    of: Math.log2,
    from: 0.2,
    to: 3,
    brief: true,
    points: [[8, 3, 1 / (8 * Math.LN2)]],
    limits: [[0, -inf]],
  },
  {
    op: "log10",
    f: log10,
    of: Math.log10,
    from: 0.2,
    to: 3,
    brief: true,
    points: [[1000, 3, 1 / (1000 * Math.LN10)]],
    limits: [[0, -inf]],
  },
  {
    op: "reciprocal",
    f: reciprocal,
    of: (x) => 1 / x,
    from: 0.4,
    brief: true,
    points: [[-2, -0.5, -0.25]],
    limits: [
      [0, inf],
      [inf, 0],
    ],
  },
  {
    op: "sqrt",
    f: sqrt,
    of: Math.sqrt,
    from: 0.2,
    to: 3,
    points: [[4, 2, 0.25]],
    limits: [
      [0, 0],
      [inf, inf],
      [-1, nan],
    ],
  },
  {
    op: "rsqrt",
    f: rsqrt,
    of: (x) => 1 / Math.sqrt(x),
    from: 0.2,
    to: 3,
    points: [[4, 0.5, -1 / 16]],
    limits: [
      [0, inf],
      [inf, 0],
      [-1, nan],
    ],
  },
  {
    op: "square",
    f: square,
    of: (x) => x * x,
    points: [
      [0, 0, 0],
      [3, 9, 6],
    ],
    limits: [[-inf, inf]],
  },
  { op: "sin", f: sin, of: Math.sin, points: [[0, 0, 1]], limits: [[inf, nan]] },
  { op: "cos", f: cos, of: Math.cos, points: [[0, 1, 0]], limits: [[inf, nan]] },
  {
    op: "erf",
    f: erf,
    of: erfSeries,
    limits: [
      [0, 0],
      [inf, 1],
      [-inf, -1],
      [nan, nan],
    ],
  },
  {
    op: "floor",
    f: floor,
    of: Math.floor,
    points: [
      [-1.5, -2, 0],
      [2, 2, 0],
    ],
    limits: [[inf, inf]],
  },
  {
    op: "ceil",
    f: ceil,
    of: Math.ceil,
    points: [
      [1.5, 2, 0],
      [2, 2, 0],
    ],
    limits: [[inf, inf]],
  },
  {
    op: "round",
    f: round,
    of: Math.round,
    points: [
      [0.5, 0, 0],
      [1.5, 2, 0],
      [2.5, 2, 0],
      [-0.5, -0, 0],
      [-1.5, -2, 0],
    ],
    limits: [[-inf, -inf]],
  },
];

/** Rows of element-wise ops of one float. */
export const unaryRows: readonly OpRow[] = specs.flatMap(unaryRowsOf);
