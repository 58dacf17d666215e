import { acos, acosh, asin, asinh, atan, atan2, atanh, cosh, sinh, tan } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { type UnarySpec, unaryRowsOf } from "./unarySpec.ts";
import { mapped, spread } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const { PI, LN2, log, sqrt } = Math;

const specs: readonly UnarySpec[] = [
  { op: "tan", f: tan, of: Math.tan, from: -1.3, to: 1.3, points: [[0, 0, 1]] },
  {
    op: "asin",
    f: asin,
    of: Math.asin,
    from: -0.9,
    to: 0.9,
    points: [
      [0, 0, 1],
      [0.5, PI / 6, 2 / sqrt(3)],
    ],
    limits: [
      [1, PI / 2],
      [-1, -PI / 2],
      [2, nan],
    ],
  },
  {
    op: "acos",
    f: acos,
    of: Math.acos,
    from: -0.9,
    to: 0.9,
    points: [
      [0, PI / 2, -1],
      [0.5, PI / 3, -2 / sqrt(3)],
    ],
    limits: [
      [1, 0],
      [-1, PI],
      [-2, nan],
    ],
  },
  {
    op: "atan",
    f: atan,
    of: Math.atan,
    from: -4,
    to: 4,
    points: [
      [0, 0, 1],
      [1, PI / 4, 0.5],
      [-sqrt(3), -PI / 3, 0.25],
    ],
    limits: [
      [inf, PI / 2],
      [-inf, -PI / 2],
      [nan, nan],
    ],
  },
  {
    op: "sinh",
    f: sinh,
    of: Math.sinh,
    points: [
      [0, 0, 1],
      [LN2, 0.75, 1.25],
    ],
    limits: [[-inf, -inf]],
  },
  {
    op: "cosh",
    f: cosh,
    of: Math.cosh,
    points: [
      [0, 1, 0],
      [LN2, 1.25, 0.75],
    ],
    limits: [[-inf, inf]],
  },
  {
    op: "asinh",
    f: asinh,
    of: Math.asinh,
    from: -4,
    to: 4,
    points: [
      [0, 0, 1],
      [0.75, LN2, 0.8],
    ],
    limits: [
      [1e25, log(2e25)],
      [-inf, -inf],
    ],
  },
  {
    op: "acosh",
    f: acosh,
    of: Math.acosh,
    from: 1.2,
    to: 5,
    points: [[1.25, LN2, 4 / 3]],
    limits: [
      [1, 0],
      [1e25, log(2e25)],
      [0.5, nan],
    ],
  },
  {
    op: "atanh",
    f: atanh,
    of: Math.atanh,
    from: -0.9,
    to: 0.9,
    points: [
      [0, 0, 1],
      [0.6, LN2, 1.5625],
    ],
    limits: [
      [1, inf],
      [-1, -inf],
      [2, nan],
    ],
  },
];

const [y, x] = [spread([3, 1], -2, 2, 1), spread([4], -2, 2, 2)];

/** Rows of trigonometric and hyperbolic functions and their inverses. */
export const trigonometricRows: readonly OpRow[] = [
  ...specs.map((spec) => ({ ...spec, brief: true })).flatMap(unaryRowsOf),
  {
    op: "atan2",
    f: atan2,
    cases: [
      { name: "all quadrants", inputs: [y, x], value: mapped([3, 4], Math.atan2, y, x) },
      {
        name: "on the axes",
        inputs: [
          [0, 1, 0, -1, 2],
          [1, 0, -1, 0, -2],
        ],
        value: [0, PI / 2, PI, -PI / 2, (3 * PI) / 4],
        gradients: [
          [1, 0, -1, 0, -0.25],
          [0, -1, 0, 1, -0.25],
        ],
        order: 0,
      },
    ],
  },
];
