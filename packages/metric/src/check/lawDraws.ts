import { constant } from "@metrigrad/graph";
import type { Tensor } from "@metrigrad/tensor";
import {
  hostValues,
  type LawAt,
  logProbOf,
  numbersOf,
  rowsOf,
  scoresByDifferences,
  tiled,
} from "./lawAt.ts";
import type { LawEnsemble } from "./lawEnsemble.ts";
import {
  type ClaimedInformation,
  claimedInformation,
  estimateCheck,
  isEstimated,
} from "./lawExact.ts";
import { type MetricCheck, within } from "./report.ts";

/**
 * The number of standard errors above which a mean is wrong. One of 30 right means is above it for one in 5,000
 * seeds.
 */
export const standardErrors = 4.5;

/**
 * Means below this share of what is compared count as 0, since scores by differences and quadrature are not more
 * precise.
 */
const slack = 1e-5;

/**
 * Returns how far a mean that must be 0 is away from it, in standard errors. `scale` is the size of what is compared.
 */
export function deviationOf(values: Float64Array, scale: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.abs(mean) <= slack * scale ? 0 : Math.abs(mean) / standardErrorOf(values);
}

/** Returns the standard error of a mean. */
function standardErrorOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Checks that the largest of some deviations is no more than chance. */
export function byChance(name: string, found: readonly number[], draws: string): MetricCheck {
  const worst = found.reduce((top, value) => (value <= top ? top : value), 0);
  const limit = `(limit ${standardErrors})`;
  const detail = `largest of ${found.length} deviations ${worst.toFixed(1)} standard errors ${limit}, ${draws}`;
  return { name, passed: worst <= standardErrors, detail };
}

/** What is drawn. */
export interface Draws {
  /** The number of draws of every row. */
  readonly count: number;
  readonly seed: number;
  /** A second h, [n, m], for divergences. */
  readonly elsewhere: Float64Array;
}

/** If nothing else checks an information, draws must detect an error of this share. */
const resolved = 0.05;
/** The most rows that are drawn. */
const most = 400_000;

/**
 * Compares draws of a law with its density: support, scores, information, and how often responses come up.
 *
 * Without an ensemble only draws check the information. Then there are as many draws as detect an error of 5 %.
 */
export async function drawnLawChecks(
  at: LawAt,
  ensemble: LawEnsemble | null,
  draws: Draws,
): Promise<MetricCheck[]> {
  const { law, store, h, n, m } = at;
  const { count, seed } = draws;
  const rows = constant(rowsOf(tiled(h, count), m));
  const [y] = (await hostValues(store, [law.sample(rows, "check/law")])) as [Tensor];
  const how = `${count} draws of ${n} rows, seed ${seed}`;
  const checks: MetricCheck[] = [];
  if (law.support !== null) {
    const strange = y.data().find((value) => law.support?.has(value, m) === false);
    const detail = strange === undefined ? how : `a draw is ${strange}, not ${law.support.text(m)}`;
    checks.push({ name: "sample is in the support", passed: strange === undefined, detail });
  }
  const density = await logProbOf(at, { y, count });
  const scores = await scoresByDifferences(density, at);
  const [here, there] = [await density.at(h), await density.at(draws.elsewhere)];
  await density.close();
  const [fisher, ...others] = await claimedInformation(at);
  const information = (fisher as { matrices: Float64Array }).matrices;
  if (ensemble === null) {
    const needed = count * (resolutionOf(scores, information, n) / resolved) ** 2;
    const more = Math.ceil(Math.min(1.2 * needed, most / n));
    if (needed > count && more > count) return drawnLawChecks(at, null, { ...draws, count: more });
  }
  const scale = Math.max(...information.map(Math.abs), Number.MIN_VALUE);
  const means = scores.map((score) => deviationOf(score, Math.sqrt(scale)));
  checks.push(byChance("sample: E[score] = 0", means, how));
  const products = scores.flatMap((a, k) =>
    scores.slice(0, k + 1).map((b, l) => {
      const off = a.map((value, i) => {
        return value * (b[i] as number) - (information[((i % n) * m + k) * m + l] as number);
      });
      return deviationOf(off, scale);
    }),
  );
  if (isEstimated(at)) {
    const squares = new Float64Array(n * m * m);
    scores.forEach((score, k) => {
      score.forEach((value, i) => {
        const place = ((i % n) * m + k) * m + k;
        squares[place] = (squares[place] as number) + value ** 2 / count;
      });
    });
    checks.push(estimateCheck(fisher as ClaimedInformation, squares, m, "by samples"));
  } else checks.push(byChance("sample: E[score score'] = fisher", products, how));
  if (ensemble !== null) {
    const found =
      ensemble.name === "enumeration" ? frequencies(y, ensemble, n) : moments(y, ensemble, n);
    checks.push(byChance("sample: as often as logProb says", found, how));
    return checks;
  }
  const coarse = resolutionOf(scores, information, n);
  if (coarse > 2 * resolved) checks.push(tooFew(coarse, how));
  // No expectation checks these, so they must be the same matrix.
  for (const { name, matrices } of others) {
    const off = matrices.map((value, i) => Math.abs(value - (information[i] as number)));
    checks.push(within(`${name} = fisher`, Math.max(...off) / scale, 1e-9, "largest error"));
  }
  if (law.kl === null) return checks;
  const apart = law.kl(constant(rowsOf(h, m)), constant(rowsOf(draws.elsewhere, m)));
  const kl = numbersOf((await hostValues(store, [apart]))[0]);
  const off = here.map((log, i) => log - (there[i] as number) - (kl[i % n] as number));
  checks.push(byChance("sample: kl = E[ln p − ln p']", [deviationOf(off, 1)], how));
  return checks;
}

/**
 * Returns the share by which an information must be wrong to be more than chance, the largest over the columns of h.
 */
function resolutionOf(
  scores: readonly Float64Array[],
  information: Float64Array,
  n: number,
): number {
  const m = scores.length;
  const sizes = scores.map((_, k) => {
    let total = 0;
    for (let s = 0; s < n; s++) total += information[(s * m + k) * m + k] as number;
    return total / n;
  });
  const largest = Math.max(...sizes);
  return scores.reduce((worst, score, k) => {
    const size = sizes[k] as number;
    if (!(size > 1e-4 * largest)) return worst;
    const squares = score.map((value) => value * value);
    return Math.max(worst, (standardErrors * standardErrorOf(squares)) / size);
  }, 0);
}

function tooFew(coarse: number, how: string): MetricCheck {
  const detail = `only errors above ${Math.round(100 * coarse)} % are seen, ${how}; give the law outcomes or a support`;
  return { name: "sample: draws tell the information", passed: false, detail };
}

/** Returns the deviations of the frequencies of all outcomes that come up at least about ten times. */
function frequencies(y: Tensor, ensemble: LawEnsemble, n: number): number[] {
  const [drawn, listed] = [keysOf(y), keysOf(ensemble.y)];
  const { count, p } = ensemble;
  const found: number[] = [];
  for (let q = 0; q < count; q++) {
    const key = listed[q * n] as string;
    const off = Float64Array.from(drawn, (own, i) => {
      return Number(own === key) - (p[q * n + (i % n)] as number);
    });
    const mean = p.slice(q * n, (q + 1) * n).reduce((sum, value) => sum + value, 0) / n;
    if (mean * drawn.length >= 10) found.push(deviationOf(off, 1));
  }
  // A response that is not listed must never come up.
  const known = new Set(listed);
  return drawn.every((key) => known.has(key)) ? found : [...found, Number.POSITIVE_INFINITY];
}

function keysOf(y: Tensor): string[] {
  const rows = y.shape[0] as number;
  const width = y.size / rows;
  const data = Array.from(y.data());
  return Array.from({ length: rows }, (_, i) => data.slice(i * width, (i + 1) * width).join());
}

/**
 * Returns the deviations of two bounded moments of each number of a response: z/√(1 + z²) and 1/(1 + z²), with z in
 * widths from the median.
 *
 * Bounded moments have standard errors under heavy tails too.
 */
function moments(y: Tensor, ensemble: LawEnsemble, n: number): number[] {
  const r = y.shape[1] ?? 1;
  const [drawn, possible] = [numbersOf(y), numbersOf(ensemble.y)];
  const found: number[] = [];
  for (let j = 0; j < r; j++) {
    const places = Array.from({ length: n }, (_, s) => placeOf(possible, ensemble, { n, r, s, j }));
    const z = (values: Float64Array, i: number) => {
      const { median, width } = places[i % n] as Place;
      return ((values[i * r + j] as number) - median) / width;
    };
    for (const f of [(x: number) => x / Math.hypot(1, x), (x: number) => 1 / (1 + x * x)]) {
      const expected = new Float64Array(n);
      ensemble.p.forEach((share, i) => {
        if (share > 0) expected[i % n] = (expected[i % n] as number) + share * f(z(possible, i));
      });
      const off = Float64Array.from({ length: drawn.length / r }, (_, i) => {
        return f(z(drawn, i)) - (expected[i % n] as number);
      });
      found.push(deviationOf(off, 1));
    }
  }
  return found;
}

interface Place {
  readonly median: number;
  readonly width: number;
}

/** Returns the median and the distance between the quartiles of number j in row s. */
function placeOf(
  values: Float64Array,
  { p }: LawEnsemble,
  {
    n,
    r,
    s,
    j,
  }: { readonly n: number; readonly r: number; readonly s: number; readonly j: number },
): Place {
  const shares: [value: number, share: number][] = [];
  for (let i = s; i < p.length; i += n)
    if ((p[i] as number) > 0) shares.push([values[i * r + j] as number, p[i] as number]);
  shares.sort(([a], [b]) => a - b);
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  const quantile = (level: number) => {
    let sum = 0;
    for (const [value, share] of shares) {
      sum += share;
      if (sum >= level * total) return value;
    }
    return 0;
  };
  const width = quantile(0.75) - quantile(0.25);
  return { median: quantile(0.5), width: width > 0 ? width : 1 };
}
