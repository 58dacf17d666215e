import {
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  logit,
  prelu,
  relu6,
  softshrink,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { type UnarySpec, unaryRowsOf } from "./unarySpec.ts";
import { filled, spread } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const within = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** At kinks the derivatives are those of PyTorch. */
const specs: readonly UnarySpec[] = [
  {
    op: "hardtanh",
    f: hardtanh,
    of: (x) => within(x, -1, 1),
    points: [
      [-1, -1, 0],
      [1, 1, 0],
      [0.5, 0.5, 1],
    ],
    limits: [
      [inf, 1],
      [-inf, -1],
      [nan, nan],
    ],
  },
  {
    op: "relu6",
    f: relu6,
    of: (x) => within(x, 0, 6),
    from: -3,
    to: 9,
    points: [
      [0, 0, 0],
      [6, 6, 0],
      [3, 3, 1],
    ],
    limits: [[nan, nan]],
  },
  {
    op: "hardsigmoid",
    f: hardsigmoid,
    of: (x) => within(x / 6 + 0.5, 0, 1),
    from: -5,
    to: 5,
    points: [
      [-3, 0, 0],
      [3, 1, 0],
      [0, 0.5, 1 / 6],
    ],
    limits: [[nan, nan]],
  },
  {
    op: "hardswish",
    f: hardswish,
    of: (x) => (x * within(x + 3, 0, 6)) / 6,
    from: -5,
    to: 5,
    points: [
      [-3, 0, 0],
      [3, 3, 1],
      [0, 0, 0.5],
    ],
    limits: [
      [-inf, 0],
      [inf, inf],
      [nan, nan],
    ],
  },
  {
    op: "hardshrink",
    f: hardshrink(),
    of: (x) => (Math.abs(x) > 0.5 ? x : 0),
    points: [
      [0.5, 0, 0],
      [-0.5, 0, 0],
      [2, 2, 1],
    ],
    limits: [[nan, nan]],
  },
  {
    op: "softshrink",
    f: softshrink(0.25),
    of: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.25, 0),
    points: [
      [0.25, 0, 0],
      [-0.25, 0, 0],
      [-2, -1.75, 1],
    ],
    limits: [[nan, nan]],
  },
];

const slopes = [0.1, -0.5, 2];
const series = spread([2, 3, 2]);

/** Rows of activations made of pieces, and of activations with a second operand. */
export const piecewiseRows: readonly OpRow[] = [
  ...specs.map((spec) => ({ ...spec, brief: true })).flatMap(unaryRowsOf),
  {
    op: "logit",
    f: (x) => logit(x),
    cases: [
      {
        name: "inside",
        inputs: [[0.5, 0.2, 0.9]],
        value: [0, -Math.log(4), Math.log(9)],
      },
      {
        name: "limits",
        inputs: [[0, 1, 2]],
        value: [-inf, inf, nan],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "logit",
    f: (x) => logit(x, { eps: 0.1 }),
    cases: [
      {
        name: "with eps",
        inputs: [[-1, 0.25, 2]],
        value: [-Math.log(9), -Math.log(3), Math.log(9)],
        gradients: [[0, 16 / 3, 0]],
      },
    ],
  },
  {
    op: "prelu",
    f: (x, slope) => prelu(x, slope),
    cases: [
      {
        name: "a slope per channel",
        inputs: [series, slopes],
        value: filled([2, 3, 2], ([i = 0, j = 0, k = 0]) => {
          const x = series.get(i, j, k);
          return x > 0 ? x : x * (slopes[j] as number);
        }),
      },
      {
        name: "one slope, and a zero",
        inputs: [[[0, -2]], [0.25]],
        value: [[0, -0.5]],
        gradients: [[[0.25, 0.25]], [-2]],
        order: 0,
      },
    ],
  },
  {
    op: "glu",
    f: (x) => glu(x, { axis: 0 }),
    cases: [
      {
        name: "halves of the first axis",
        inputs: [
          [
            [2, -3],
            [0, Math.log(3)],
          ],
        ],
        value: [[1, -2.25]],
      },
    ],
  },
  {
    op: "glu",
    f: (x) => glu(x),
    cases: [{ name: "of the last axis", inputs: [[[4, 0]]], value: [[2]] }],
  },
];
