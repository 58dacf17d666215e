import { Matrix } from "ml-matrix";

/**
 * The response of one neuron in plain JavaScript, so that nothing here shares a formula with the
 * package: E[f(y)] = Σ weight·f(y) over the outcomes.
 */
export interface HostUnit {
  readonly logProb: (y: number, t: number) => number;
  readonly outcomes: (t: number) => readonly { readonly y: number; readonly weight: number }[];
}

/** y ∈ {low, high}, the higher one with probability p(t). */
export function twoValued(low: number, high: number, p: (t: number) => number): HostUnit {
  return {
    logProb: (y, t) => Math.log(y === high ? p(t) : 1 - p(t)),
    outcomes: (t) => [
      { y: low, weight: 1 - p(t) },
      { y: high, weight: p(t) },
    ],
  };
}

/** Gauss–Hermite rule of five nodes (Abramowitz and Stegun, table 25.10). */
const hermite = [
  [0, 0.9453087204829419],
  [0.9585724646138185, 0.3936193231522412],
  [-0.9585724646138185, 0.3936193231522412],
  [2.0201828704560856, 0.01995324205904591],
  [-2.0201828704560856, 0.01995324205904591],
] as const;

/** y ~ N(mean(t), σ²). */
export function normalUnit(mean: (t: number) => number, sigma = 1): HostUnit {
  return {
    logProb: (y, t) =>
      -(((y - mean(t)) / sigma) ** 2) / 2 - Math.log(sigma * Math.sqrt(2 * Math.PI)),
    outcomes: (t) =>
      hermite.map(([z, w]) => ({
        y: mean(t) + Math.SQRT2 * sigma * z,
        weight: w / Math.sqrt(Math.PI),
      })),
  };
}

/** y ~ Poisson(rate(t)), up to a tail; p_k by the recurrence p_k = p_{k−1} λ/k. */
export function counting(rate: (t: number) => number): HostUnit {
  const logFactorial = (y: number): number => (y < 2 ? 0 : Math.log(y) + logFactorial(y - 1));
  return {
    logProb: (y, t) => y * Math.log(rate(t)) - rate(t) - logFactorial(y),
    outcomes: (t) => {
      const found: { y: number; weight: number }[] = [];
      const lambda = rate(t);
      for (let y = 0, p = Math.exp(-lambda); y < lambda || p > 1e-15; p *= lambda / ++y) {
        found.push({ y, weight: p });
      }
      return found;
    },
  };
}

/** Every combination of one outcome per unit. */
function combinations(unit: HostUnit, ts: readonly number[]) {
  return ts.reduce<{ ys: number[]; weight: number }[]>(
    (all, t) =>
      all.flatMap(({ ys, weight }) =>
        unit.outcomes(t).map((one) => ({ ys: [...ys, one.y], weight: weight * one.weight })),
      ),
    [{ ys: [], weight: 1 }],
  );
}

/**
 * (1/n) Σ_s E[score score'] of a layer of such neurons with weights w [d, m] on rows x̃ [n, d], over the
 * row-major flattened w; scores by central differences of ln p in every weight.
 */
export function expectedFisher(unit: HostUnit, w: Matrix, rows: Matrix): Matrix {
  const size = w.rows * w.columns;
  const total = Matrix.zeros(size, size);
  const step = 1e-3;
  for (let s = 0; s < rows.rows; s++) {
    const x = rows.getRowVector(s);
    const logProb = (ys: readonly number[], weights: Matrix) => {
      const ts = x.mmul(weights).to1DArray();
      return ys.reduce((sum, y, i) => sum + unit.logProb(y, ts[i] as number), 0);
    };
    for (const { ys, weight } of combinations(unit, x.mmul(w).to1DArray())) {
      const score = Array.from({ length: size }, (_, k) => {
        const at = (steps: number) => {
          const moved = w.clone();
          const [row, column] = [Math.floor(k / w.columns), k % w.columns];
          moved.set(row, column, moved.get(row, column) + steps * step);
          return logProb(ys, moved);
        };
        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
      });
      const column = Matrix.columnVector(score);
      total.add(column.mmul(column.transpose()).mul(weight / rows.rows));
    }
  }
  return total;
}

/** (1/n) Σ_s KL(p_w ‖ p_w+δ) of a layer of independent neurons, by the outcomes of each. */
export function divergence(unit: HostUnit, w: Matrix, delta: Matrix, rows: Matrix): number {
  const from = rows.mmul(w).to1DArray();
  const to = rows.mmul(Matrix.add(w, delta)).to1DArray();
  const parts = from.flatMap((t, i) =>
    unit
      .outcomes(t)
      .map(({ y, weight }) => weight * (unit.logProb(y, t) - unit.logProb(y, to[i] as number))),
  );
  return parts.reduce((sum, part) => sum + part, 0) / rows.rows;
}

/** The response of a whole row in plain JavaScript. */
export interface HostLaw {
  /** ln p(y | o). */
  readonly logProb: (y: readonly number[], o: readonly number[]) => number;
  /** E[f(y)] = Σ weight·f(y). */
  readonly outcomes: (
    o: readonly number[],
  ) => readonly { readonly y: readonly number[]; readonly weight: number }[];
}

/** A response of such neurons, each by itself. */
export function independent(unit: HostUnit): HostLaw {
  return {
    logProb: (y, o) => y.reduce((sum, value, i) => sum + unit.logProb(value, o[i] as number), 0),
    outcomes: (o) => combinations(unit, o).map(({ ys, weight }) => ({ y: ys, weight })),
  };
}

/** ln η_label of logits o. */
function logShare(label: number, o: readonly number[]): number {
  return (o[label] as number) - Math.log(o.reduce((sum, value) => sum + Math.exp(value), 0));
}

/** One of as many classes as there are logits. */
export const softmaxLaw: HostLaw = {
  logProb: ([label = 0], o) => logShare(label, o),
  outcomes: (o) => o.map((_, label) => ({ y: [label], weight: Math.exp(logShare(label, o)) })),
};
