import {
  celu,
  elementwiseDerivative,
  elu,
  eluWith,
  gelu,
  leakyRelu,
  logsigmoid,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
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
    op: "mish",
    f: mish,
    of: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
    brief: true,
    // At 0, tanh ln 2 = 3/5.
    points: [
      [0, 0, 0.6],
      [800, 800, 1],
      [-800, 0, 0],
    ],
    limits: [[nan, nan]],
  },
  {
    op: "logsigmoid",
    f: logsigmoid,
    of: (x) => Math.log(logistic(x)),
    brief: true,
    points: [
      [0, -Math.LN2, 0.5],
      [800, 0, 0],
      [-800, -800, 1],
    ],
    limits: [
      [inf, 0],
      [-inf, -inf],
    ],
  },
  {
    op: "softsign",
    f: softsign,
    of: (x) => x / (1 + Math.abs(x)),
    brief: true,
    points: [
      [0, 0, 1],
      [3, 0.75, 1 / 16],
      [-1, -0.5, 0.25],
    ],
    limits: [[nan, nan]],
  },
  {
    op: "selu",
    f: selu,
    of: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
    brief: true,
    points: [
      [1, 1.0507009873554805, 1.0507009873554805],
      [0, 0, 1.7580993408473766],
    ],
    limits: [[-inf, -1.7580993408473766]],
  },
  {
    op: "celu",
    f: celu(0.7),
    of: (x) => (x > 0 ? x : 0.7 * Math.expm1(x / 0.7)),
    brief: true,
    points: [
      [0, 0, 1],
      [1000, 1000, 1],
    ],
    limits: [[-inf, -0.7]],
  },
  {
    op: "celu",
    f: celu(),
    of: (x) => (x > 0 ? x : Math.expm1(x)),
    brief: true,
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
