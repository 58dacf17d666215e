import { uniformStream } from "metrigrad";

/** Numbers of the model. */
export interface Curve {
  /** Features of each place: 1 and cosines, [n][d]. */
  readonly x: number[][];
  readonly y: number[];
}

/** Noisy values of a smooth curve on [0, 1]. */
export function curve({ rows, seed }: { rows: number; seed: number }, features: number): Curve {
  const stream = uniformStream({ seed, path: "examples/curve" });
  const places = Array.from({ length: rows }, (_, i) => stream.uniform(i));
  return {
    x: places.map((at) => Array.from({ length: features }, (_, k) => Math.cos(Math.PI * k * at))),
    y: places.map((at, i) => Math.sin(5 * at) + at ** 2 + 0.2 * stream.normal(1000 + i)),
  };
}

/** −ln p(y) of y = Xw + noise with w ~ N(0, I): that of y ~ N(0, XX' + σ²I), by elimination. */
export function evidence({ x, y }: Curve, variance: number): number {
  const n = y.length;
  // The columns of the covariance beside y: eliminating makes pivots, whose product is the determinant, and y's residuals.
  const table = x.map((row, i) => [
    ...x.map((other, j) =>
      row.reduce((s, v, k) => s + v * (other[k] as number), i === j ? variance : 0),
    ),
    y[i] as number,
  ]);
  let total = 0.5 * n * Math.log(2 * Math.PI);
  for (let p = 0; p < n; p++) {
    const from = table[p] as number[];
    const pivot = from[p] as number;
    total += 0.5 * Math.log(pivot) + (0.5 * (from[n] as number) ** 2) / pivot;
    for (const row of table.slice(p + 1)) {
      const factor = (row[p] as number) / pivot;
      for (let k = p; k <= n; k++) row[k] = (row[k] as number) - factor * (from[k] as number);
    }
  }
  return total;
}
