import { digamma, lgamma, polygamma } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { type UnarySpec, unaryRowsOf } from "./unarySpec.ts";

const inf = Number.POSITIVE_INFINITY;
const euler = 0.5772156649015329;
const apery = 1.2020569031595942;
const { PI, LN2, log } = Math;

/** Sums f(x), f(x + 1), …, f(x + 29), and adds the leading terms of a series at x + 30. */
function far(x: number, f: (x: number) => number, series: (X: number) => number): number {
  let total = series(x + 30);
  for (let k = 29; k >= 0; k--) total += f(x + k);
  return total;
}

const lgammaOf = (x: number) =>
  far(
    x,
    (t) => -log(Math.abs(t)),
    (t) =>
      (t - 0.5) * log(t) -
      t +
      log(2 * PI) / 2 +
      1 / (12 * t) -
      1 / (360 * t ** 3) +
      1 / (1260 * t ** 5),
  );
const digammaOf = (x: number) =>
  far(
    x,
    (t) => -1 / t,
    (t) => log(t) - 1 / (2 * t) - 1 / (12 * t ** 2) + 1 / (120 * t ** 4) - 1 / (252 * t ** 6),
  );
const trigammaOf = (x: number) =>
  far(
    x,
    (t) => 1 / t ** 2,
    (t) => 1 / t + 1 / (2 * t ** 2) + 1 / (6 * t ** 3) - 1 / (30 * t ** 5) + 1 / (42 * t ** 7),
  );
const tetragammaOf = (x: number) =>
  far(
    x,
    (t) => -2 / t ** 3,
    (t) => -1 / t ** 2 - 1 / t ** 3 - 1 / (2 * t ** 4) + 1 / (6 * t ** 6) - 1 / (6 * t ** 8),
  );

/** The known points are closed forms (Abramowitz and Stegun 6.1, 6.3, 6.4). */
const specs: readonly UnarySpec[] = [
  {
    op: "lgamma",
    f: lgamma,
    of: lgammaOf,
    from: 0.1,
    to: 12,
    points: [
      [0.5, log(PI) / 2, -euler - 2 * LN2],
      [1, 0, -euler],
      [4, log(6), 11 / 6 - euler],
      [-0.5, log(2) + log(PI) / 2, 2 - euler - 2 * LN2],
    ],
    limits: [
      [0, inf],
      [-2, inf],
      [inf, inf],
    ],
  },
  {
    op: "lgamma",
    f: lgamma,
    of: lgammaOf,
    from: -2.8,
    to: -2.2,
  },
  {
    op: "digamma",
    f: digamma,
    of: digammaOf,
    from: 0.3,
    to: 12,
    points: [
      [1, -euler, PI ** 2 / 6],
      [0.5, -euler - 2 * LN2, PI ** 2 / 2],
      [-0.5, 2 - euler - 2 * LN2, PI ** 2 / 2 + 4],
    ],
    limits: [
      [0, -inf],
      [inf, inf],
    ],
  },
  {
    op: "polygamma",
    f: polygamma(1),
    of: trigammaOf,
    from: 0.3,
    to: 12,
    points: [
      [1, PI ** 2 / 6, -2 * apery],
      [0.5, PI ** 2 / 2, -14 * apery],
    ],
    limits: [
      [0, inf],
      [inf, 0],
    ],
  },
  {
    op: "polygamma",
    f: polygamma(2),
    of: tetragammaOf,
    from: -1.7,
    to: -1.3,
    points: [[1, -2 * apery, PI ** 4 / 15]],
  },
];

/** Rows of the logarithm of the gamma function and its derivatives. */
export const gammaRows: readonly OpRow[] = specs
  .map((spec) => ({ ...spec, brief: true }))
  .flatMap(unaryRowsOf);
