import type { Unary } from "../../ops/elementwise.ts";
import { transpose } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { mapped, spread } from "./values.ts";

/** An element-wise function of one float. */
export interface UnarySpec {
  readonly op: string;
  readonly f: Unary;
  /** The same function on numbers. */
  readonly of: (x: number) => number;
  /** The interval of the scattered points; −2 … 2 by default. */
  readonly from?: number;
  readonly to?: number;
  /** Points with value and slope, such as kinks, zeros and large numbers. */
  readonly points?: readonly (readonly [x: number, value: number, slope: number])[];
  /** Points with a value only. */
  readonly limits?: readonly (readonly [x: number, value: number])[];
  /**
   * Whether the row has only a matrix and the points. It is for formulas of functions that have
   * full rows.
   */
  readonly brief?: boolean;
}

/** Makes the rows of such a function: scattered points, known points, limits, and a view. */
export function unaryRowsOf({
  op,
  f,
  of,
  from = -2,
  to = 2,
  points = [],
  limits = [],
  brief = false,
}: UnarySpec): OpRow[] {
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
  const special = [
    ...(points.length === 0 ? [] : [{ ...known, order: 0 as const }]),
    ...(limits.length === 0 ? [] : [{ ...ends, order: 0 as const, batch: false }]),
  ];
  if (brief) return [{ op, f, cases: [scattered("a matrix", [2, 3], 1, 2), ...special] }];
  return [
    {
      op,
      f,
      cases: [
        scattered("a matrix", [2, 5], 1, 2),
        scattered("a scalar", [], 2, 2),
        scattered("a long vector", [1037], 3, 0),
        { name: "nothing", inputs: [spread([0, 3])], shape: [0, 3], batch: false, order: 0 },
        ...special,
      ],
    },
    {
      op,
      f: (x) => f(transpose(x)),
      cases: [{ name: "a transposed view", inputs: [spread([3, 4], from, to, 4)], order: 0 }],
    },
  ];
}

/** Computes erf by its Maclaurin series, with an error below 1e-13 for |x| < 3. */
export function erfSeries(x: number): number {
  let total = 0;
  let term = x;
  for (let n = 0; n < 80; n++) {
    total += term / (2 * n + 1);
    term *= -(x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
