import {
  elementwiseDerivative,
  elu,
  eluWith,
  gelu,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { erfSeries, type UnarySpec, unaryRowsOf } from "./unarySpec.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

const specs: readonly UnarySpec[] = [
  {
    op: "tanh",
    f: tanh,
    of: Math.tanh,
    points: [
      [0, 0, 1],
      [60, 1, 0],
      [-60, -1, 0],
    ],
    limits: [
      [inf, 1],
      [-inf, -1],
      [nan, nan],
    ],
  },
  {
    op: "sigmoid",
    f: sigmoid,
    of: logistic,
    points: [
      [0, 0.5, 0.25],
      [800, 1, 0],
      [-800, 0, 0],
    ],
    limits: [
      [inf, 1],
      [-inf, 0],
    ],
  },
  {
    op: "softplus",
    f: softplus,
    of: (x) => Math.log1p(Math.exp(x)),
    points: [
      [0, Math.LN2, 0.5],
      [800, 800, 1],
      [-800, 0, 0],
    ],
    limits: [
      [inf, inf],
      [-inf, 0],
    ],
  },
  {
    op: "relu",
    f: relu,
    of: (x) => Math.max(x, 0),
    points: [
      [0, 0, 0],
      [5, 5, 1],
      [-5, 0, 0],
    ],
    limits: [
      [inf, inf],
      [-inf, 0],
      [nan, nan],
    ],
  },
  {
    op: "leakyRelu",
    f: leakyRelu(0.1),
    of: (x) => Math.max(x, 0.1 * x),
    points: [
      [0, 0, 0.1],
      [5, 5, 1],
    ],
    limits: [
      [inf, inf],
      [-inf, -inf],
    ],
  },
  {
    op: "elu",
    f: elu,
    of: (x) => (x > 0 ? x : Math.expm1(x)),
    points: [
      [0, 0, 1],
      [1000, 1000, 1],
    ],
    limits: [
      [inf, inf],
      [-inf, -1],
      [nan, nan],
    ],
  },
  {
    op: "eluWith",
    f: eluWith(0.7),
    of: (x) => (x > 0 ? x : 0.7 * Math.expm1(x)),
    points: [
      [0, 0, 0.7],
      [1000, 1000, 1],
    ],
  },
  {
    op: "gelu",
    f: gelu,
    of: (x) => (x / 2) * (1 + erfSeries(x / Math.SQRT2)),
    points: [[0, 0, 0.5]],
  },
  {
    op: "silu",
    f: silu,
    of: (x) => x * logistic(x),
    points: [
      [0, 0, 0.5],
      [800, 800, 1],
    ],
  },
  {
    op: "elementwiseDerivative",
    f: elementwiseDerivative(tanh),
    of: (x) => 1 / Math.cosh(x) ** 2,
    points: [[0, 1, 0]],
  },
];

/** Rows of activations. */
export const activationRows: readonly OpRow[] = specs.flatMap(unaryRowsOf);
