import type { Unary } from "../../ops/elementwise.ts";
import {
  abs,
  ceil,
  cos,
  elementwiseDerivative,
  elu,
  eluWith,
  erf,
  exp,
  expm1,
  floor,
  gelu,
  leakyRelu,
  log,
  log1p,
  neg,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
  transpose,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { mapped, spread } from "./values.ts";

/** An element-wise function of one float. */
interface UnarySpec {
  readonly op: string;
  readonly f: Unary;
  /** The same on numbers. */
  readonly of: (x: number) => number;
  /** Where scattered points lie; −2 … 2 by default. */
  readonly from?: number;
  readonly to?: number;
  /** Points with value and slope: kinks, zeros, far out. */
  readonly points?: readonly (readonly [x: number, value: number, slope: number])[];
  /** Points with a value only. */
  readonly limits?: readonly (readonly [x: number, value: number])[];
}

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

/** erf by its Maclaurin series, good to 1e-13 for |x| < 3. */
function erfSeries(x: number): number {
  let total = 0;
  let term = x;
  for (let n = 0; n < 80; n++) {
    total += term / (2 * n + 1);
    term *= -(x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

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

const derived: UnarySpec = {
  op: "elementwiseDerivative",
  f: elementwiseDerivative(tanh),
  of: (x) => 1 / Math.cosh(x) ** 2,
  points: [[0, 1, 0]],
};

function rowsOf({ op, f, of, from = -2, to = 2, points = [], limits = [] }: UnarySpec): OpRow[] {
  const scattered = (name: string, shape: readonly number[], seed: number, order: 0 | 2) => {
    const x = spread(shape, from, to, seed);
    return { name, inputs: [x], value: mapped(shape, of, x), order };
  };
  const [xs, ys, slopes] = [0, 1, 2].map((part) => points.map((point) => point[part] as number));
  const known = {
    name: "known points",
    inputs: [xs ?? []],
    value: ys ?? [],
    gradients: [slopes ?? []],
  };
  const far = limits.map(([x]) => x);
  const ends = { name: "limits", inputs: [far], value: limits.map(([, y]) => y) };
  return [
    {
      op,
      f,
      cases: [
        scattered("a matrix", [2, 5], 1, 2),
        scattered("a scalar", [], 2, 2),
        scattered("a long vector", [1037], 3, 0),
        { name: "nothing", inputs: [spread([0, 3])], shape: [0, 3], batch: false, order: 0 },
        ...(points.length === 0 ? [] : [{ ...known, order: 0 as const }]),
        ...(limits.length === 0 ? [] : [{ ...ends, order: 0 as const, batch: false }]),
      ],
    },
    {
      op,
      f: (x) => f(transpose(x)),
      cases: [{ name: "a transposed view", inputs: [spread([3, 4], from, to, 4)], order: 0 }],
    },
  ];
}

/** Rows of element-wise ops of one float. */
export const unaryRows: readonly OpRow[] = [...specs, derived].flatMap(rowsOf);
