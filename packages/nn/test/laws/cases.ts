/** The laws that law.test.ts tests, with their expectations. */
import { constant, type Node } from "@metrigrad/graph";
import {
  bernoulli,
  beta,
  binomial,
  categorical,
  dirichlet,
  exponential,
  gamma,
  gaussian,
  gaussianWithCovariance,
  gaussianWithScale,
  type RowLaw as Law,
  multinomial,
  negativeBinomial,
  ordinal,
  poisson,
  studentT,
  vonMises,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { CholeskyDecomposition, inverse, Matrix } from "ml-matrix";
import { numbers } from "../support/evaluate.ts";

/** Three columns. */
export const h = [0.4, -1.2, 2.1];

/** All responses y to h with weights such that Σ weight f(y) = E[f(y)]. */
export interface Ensemble {
  readonly y: Tensor;
  readonly weight: readonly number[];
}

/** A law at a response h, and its expectations there without a formula of the package. */
export interface Case {
  readonly law: Law;
  readonly h: readonly number[];
  readonly all: () => Ensemble | Promise<Ensemble>;
  /** Columns of a flat list of responses whose means are compared. */
  readonly columns: (values: readonly number[]) => number[][];
}

/** Gauss–Hermite rule of five nodes (Abramowitz and Stegun, table 25.10). */
const hermite = [
  [0, 0.9453087204829419],
  [0.9585724646138185, 0.3936193231522412],
  [-0.9585724646138185, 0.3936193231522412],
  [2.0201828704560856, 0.01995324205904591],
  [-2.0201828704560856, 0.01995324205904591],
] as const;

/** Independent responses: every combination of the values of each. */
function product(axes: readonly (readonly (readonly [y: number, weight: number])[])[]): Ensemble {
  const all = axes.reduce<{ y: number[]; weight: number }[]>(
    (rows, axis) =>
      rows.flatMap((row) =>
        axis.map(([y, weight]) => ({ y: [...row.y, y], weight: row.weight * weight })),
      ),
    [{ y: [], weight: 1 }],
  );
  return { y: tensor(all.map(({ y }) => y)), weight: all.map(({ weight }) => weight) };
}

/** N(μ_j, σ_j²). */
function normals(mu: readonly number[], sigma: readonly number[]): Ensemble {
  const axis = (j: number) =>
    hermite.map(
      ([z, w]) =>
        [(mu[j] ?? 0) + Math.SQRT2 * (sigma[j] ?? 1) * z, w / Math.sqrt(Math.PI)] as const,
    );
  return product(mu.map((_, j) => axis(j)));
}

/** Poisson counts up to a tail below 1e-13, by the recurrence p_k = p_{k−1} λ/k. */
function counts(rates: readonly number[]): Ensemble {
  const axis = (rate: number) => {
    const found: (readonly [number, number])[] = [];
    for (let k = 0, p = Math.exp(-rate); k < rate || p > 1e-14; p *= rate / ++k) found.push([k, p]);
    return found;
  };
  return product(rates.map(axis));
}

/** The outcomes that the law lists, with its own probabilities. */
async function listed(law: Law, at: readonly number[] = h): Promise<Ensemble> {
  const y = law.outcomes(at.length) as Tensor;
  const logs = await numbers(law.logProb(constant(y), rowsOf(y.shape[0] as number, at)));
  return { y, weight: logs.map(Math.exp) };
}

/** One axis of responses of a density with respect to u: values and dy. */
type Line = readonly (readonly [y: number, dy: number])[];

/**
 * The trapezoidal rule in u, which is exact to rounding for smooth densities that fall off at both ends, and for periodic
 * ones over a turn (Trefethen and Weideman 2014).
 */
function line(
  from: number,
  to: number,
  count: number,
  at: (u: number) => readonly [number, number],
): Line {
  const step = (to - from) / count;
  return Array.from({ length: count }, (_, k) => {
    const [y, slope] = at(from + (k + 0.5) * step);
    return [y, slope * step] as const;
  });
}

/** Responses above 0, by their logarithms. */
const positive = (from = -10, to = 5, count = 90) =>
  line(from, to, count, (u) => [Math.exp(u), Math.exp(u)]);
/** The same for densities that are not 0 at 0. */
const long = positive(-34, 5, 156);
/** Responses between 0 and 1, by their log odds. */
const unit = line(-11, 11, 55, (u) => {
  const y = 1 / (1 + Math.exp(-u));
  return [y, y * (1 - y)];
});
/** All numbers, for densities with tails of a power. */
const whole = line(-22, 22, 352, (u) => [Math.sinh(u), Math.cosh(u)]);
const angles = line(-Math.PI, Math.PI, 48, (u) => [u, 1]);

/** Responses on the axes, with the law's own density: their weights add up to 1 only where it is one. */
async function integrated(
  law: Law,
  at: readonly number[],
  axes: readonly Line[],
): Promise<Ensemble> {
  const { y, weight } = product(axes);
  const logs = await numbers(law.logProb(constant(y), rowsOf(weight.length, at)));
  return { y, weight: logs.map((ln, q) => Math.exp(ln) * (weight[q] ?? 0)) };
}

/** Shares of three parts, by two log ratios. */
async function shares(law: Law, at: readonly number[]): Promise<Ensemble> {
  const ratios = line(-11, 11, 55, (u) => [u, 1]);
  const rows = product([ratios, ratios]);
  const y = rows.y.toArray() as number[][];
  const simplex = y.map(([a = 0, b = 0]) => {
    const sum = 1 + Math.exp(a) + Math.exp(b);
    return [Math.exp(a) / sum, Math.exp(b) / sum, 1 / sum];
  });
  const logs = await numbers(law.logProb(constant(tensor(simplex)), rowsOf(simplex.length, at)));
  return {
    y: tensor(simplex),
    // dy₁dy₂ = y₁y₂y₃ du₁du₂.
    weight: logs.map((ln, q) => {
      const volume = (simplex[q] as number[]).reduce((product, share) => product * share, 1);
      return Math.exp(ln) * volume * (rows.weight[q] ?? 0);
    }),
  };
}

/** h for every row. */
export function rowsOf(count: number, at: readonly number[]): Node {
  return constant(tensor(Array.from({ length: count }, () => [...at])));
}

const known = new Map<Case, Promise<number[]>>();

/** E[score score'] in h, scores by central differences of ln p; found once for each case. */
export function expected(one: Case): Promise<number[]> {
  const found = known.get(one) ?? byDifferences(one);
  known.set(one, found);
  return found;
}

async function byDifferences({ law, h, all }: Case): Promise<number[]> {
  const { y, weight } = await all();
  const at = (k: number, step: number) => {
    const moved = h.map((value, j) => value + (j === k ? step : 0));
    return numbers(law.logProb(constant(y), rowsOf(weight.length, moved)));
  };
  const scores: number[][] = [];
  for (let k = 0; k < h.length; k++) {
    const [a, b, c, d] = [
      await at(k, -2e-3),
      await at(k, -1e-3),
      await at(k, 1e-3),
      await at(k, 2e-3),
    ];
    const slope = (i: number) => 8 * ((c[i] ?? 0) - (b[i] ?? 0)) - ((d[i] ?? 0) - (a[i] ?? 0));
    scores.push(weight.map((_, i) => slope(i) / 12e-3));
  }
  return scores.flatMap((a) =>
    scores.map((b) => a.reduce((sum, value, q) => sum + (weight[q] ?? 0) * value * (b[q] ?? 0), 0)),
  );
}

/** Every m-th value. */
const strided = (m: number) => (values: readonly number[]) =>
  Array.from({ length: m }, (_, j) => values.filter((_, i) => i % m === j));
/** Labels count as indicators of their class. */
const indicators = (values: readonly number[]) =>
  h.map((_, j) => values.map((value) => Number(value === j)));
/** Values and their squares, for laws whose variance is a parameter too. */
const moments = (m: number) => (values: readonly number[]) => {
  const own = strided(m)(values);
  return [...own, ...own.map((column) => column.map((value) => value ** 2))];
};

/** Values and the products of two of them, for laws that join them. */
const products = (m: number) => (values: readonly number[]) => {
  const own = strided(m)(values);
  const pairs = own.flatMap((a, i) =>
    own.slice(0, i + 1).map((b) => a.map((value, q) => value * (b[q] ?? 0))),
  );
  return [...own, ...pairs];
};

const covariance = [
  [1, 0.5, -0.2],
  [0.5, 2, 0.3],
  [-0.2, 0.3, 0.8],
];

/** N(μ, Σ), with Σ = LL' by elimination. */
function correlated(
  mu: readonly number[],
  sigma: readonly (readonly number[])[] = covariance,
): Ensemble {
  const L = new CholeskyDecomposition(new Matrix(sigma.map((row) => [...row])))
    .lowerTriangularMatrix;
  const { y, weight } = normals(
    mu.map(() => 0),
    mu.map(() => 1),
  );
  const rows = new Matrix(y.toArray() as number[][]).mmul(L.transpose()).addRowVector([...mu]);
  return { y: tensor(rows.to2DArray()), weight };
}

/** N(μ, (PP')⁻¹). */
function ofPrecision(mu: readonly number[], P: readonly (readonly number[])[]): Ensemble {
  const back = inverse(new Matrix(P.map((row) => [...row])));
  return correlated(mu, back.transpose().mmul(back).to2DArray());
}

/** Counts up to 60, each once. */
const whole0: Line = Array.from({ length: 60 }, (_, y) => [y, 1]);

const discrete = (law: Law, columns = strided(3)): Case => ({
  law,
  h,
  all: () => listed(law),
  columns,
});
const continuous = (
  law: Law,
  at: readonly number[],
  axes: readonly Line[],
  columns: Case["columns"],
): Case => ({ law, h: at, all: () => integrated(law, at, axes), columns });
const scaled = [0.4, -1.2, 0.3, -0.5];

export const laws: readonly Case[] = [
  discrete(categorical(), indicators),
  discrete(bernoulli()),
  discrete(bernoulli({ values: [-1, 1] })),
  discrete(bernoulli({ values: [0, 3] })),
  { law: gaussian(), h, all: () => normals(h, [1, 1, 1]), columns: strided(3) },
  {
    law: gaussian({ sigma: 0.3 }),
    h,
    all: () => normals(h, [0.3, 0.3, 0.3]),
    columns: strided(3),
  },
  {
    law: gaussianWithScale(),
    h: scaled,
    all: () => normals([0.4, -1.2], [Math.exp(0.3), Math.exp(-0.5)]),
    columns: moments(2),
  },
  { law: poisson(), h, all: () => counts(h.map(Math.exp)), columns: moments(3) },
  {
    law: gaussian({ covariance }),
    h,
    all: () => correlated(h),
    columns: products(3),
  },
  {
    law: gaussianWithCovariance(),
    h: [0.4, -1.2, 0.2, -0.1, 0.5],
    all: () =>
      ofPrecision(
        [0.4, -1.2],
        [
          [Math.exp(0.2), 0],
          [0.5, Math.exp(-0.1)],
        ],
      ),
    columns: products(2),
  },
  continuous(exponential(), [0.4], [long], moments(1)),
  continuous(gamma(), [1.4, 1.9, -0.3, 0.2], [positive(), positive()], moments(2)),
  continuous(beta(), [1.4, 1.7, 1.3, 1.5], [unit, unit], moments(2)),
  continuous(vonMises(), [0.8, -0.3, -0.5, 1.4], [angles, angles], (values) =>
    strided(4)(values.flatMap((value) => [Math.cos(value), Math.sin(value)])),
  ),
  continuous(vonMises(), [14, -24, 12, 7], [angles, angles], (values) =>
    strided(4)(values.flatMap((value) => [Math.cos(value), Math.sin(value)])),
  ),
  continuous(studentT({ dof: 5, scale: "learned" }), [1.4, 0.3], [whole], strided(1)),
  continuous(studentT({ scale: 0.7 }), [0.4], [whole], strided(1)),
  {
    law: dirichlet(),
    h: [1.4, 1.7, 1.2],
    all: () => shares(dirichlet(), [1.4, 1.7, 1.2]),
    columns: moments(3),
  },
  {
    ...discrete(binomial(4), moments(2)),
    h: [0.4, -1.2],
    all: () => listed(binomial(4), [0.4, -1.2]),
  },
  discrete(multinomial(4), products(3)),
  discrete(ordinal(), indicators),
  {
    ...discrete(ordinal({ thresholds: [-1, 0.2, 0.9] }), indicators),
    h: [0.4],
    all: () => listed(ordinal({ thresholds: [-1, 0.2, 0.9] }), [0.4]),
  },
  {
    law: negativeBinomial({ dispersion: 1.5 }),
    h: [0.4, -0.2],
    all: () => integrated(negativeBinomial({ dispersion: 1.5 }), [0.4, -0.2], [whole0, whole0]),
    columns: moments(2),
  },
];
