import { constant } from "@metrigrad/graph";
import { type Tensor, tensor } from "@metrigrad/tensor";
import {
  gaussLegendre,
  type LawAt,
  type LawResponses,
  type Line,
  lineOf,
  logProbOf,
  type Peaks,
  peaksOf,
  rowsOf,
} from "./lawAt.ts";

/** Responses with their shares p of the probability, [count·n], such that Σ p f(y) is E[f] of every row. */
export interface LawEnsemble extends LawResponses {
  /** The way it was made: "enumeration", "enumeration of counts" or "quadrature". */
  readonly name: string;
  readonly p: Float64Array;
}

/** The most responses of a row. */
const most = 40_000;
/** The most numbers per response. */
const mostAxes = 2;

/**
 * Returns all outcomes, the counts up to a tail, or a quadrature of one or two numbers.
 *
 * It is null if there are too many responses, or if the support is not known. `other` is a second h at which ln p may
 * have kinks.
 */
export async function lawEnsemble(
  at: LawAt,
  other: Float64Array | null = null,
): Promise<LawEnsemble | null> {
  const { law, h, n, m } = at;
  const outcomes = law.outcomes(m);
  if (outcomes !== null) return withShares(at, "enumeration", listed(outcomes, n), null);
  const { shape } = law.predict(constant(rowsOf(h, m)));
  const r = shape[1] ?? 0;
  if (shape.length !== 2 || r === 0 || r > mostAxes || law.support === null) return null;
  const whole = !law.support.has(0.5, m) && law.support.has(3, m) && !law.support.has(-1, m);
  if (whole) return countsOf(at, r);
  const line = lineOf(at);
  return line === null ? null : quadratureOf(at, line, r, other);
}

function listed(outcomes: Tensor, n: number): LawResponses {
  const count = outcomes.shape[0] as number;
  const width = outcomes.size / count;
  const from = outcomes.data();
  const value = (i: number) => from[Math.floor(i / (n * width)) * width + (i % width)] as number;
  const size = count * n * width;
  const whole = from instanceof Int32Array;
  const data = whole
    ? Int32Array.from({ length: size }, (_, i) => value(i))
    : Float64Array.from({ length: size }, (_, i) => value(i));
  return { y: tensor(data, { shape: [count * n, ...outcomes.shape.slice(1)] }), count };
}

/** Computes the share of the probability of each response: its density times a weight, 1 by default. */
async function withShares(
  at: LawAt,
  name: string,
  responses: LawResponses,
  weight: Float64Array | null,
): Promise<LawEnsemble> {
  const density = await logProbOf(at, responses);
  const logs = await density.at(at.h);
  await density.close();
  const p = logs.map((log, i) => {
    const own = weight === null ? 1 : (weight[i] as number);
    return own === 0 || log === Number.NEGATIVE_INFINITY ? 0 : own * Math.exp(log);
  });
  return { name, ...responses, p };
}

/** Lists the counts 0, 1, 2, … until more of them add nothing. */
async function countsOf(at: LawAt, r: number): Promise<LawEnsemble> {
  const { n } = at;
  const upTo = (perAxis: number) => {
    const count = perAxis ** r;
    const y = Float64Array.from({ length: count * n * r }, (_, i) => {
      return Math.floor(Math.floor(i / (n * r)) / perAxis ** (i % r)) % perAxis;
    });
    const responses = { y: tensor(y, { shape: [count * n, r] }), count };
    return withShares(at, "enumeration of counts", responses, null);
  };
  const massOf = ({ p }: LawEnsemble) => p.reduce((sum, share) => sum + share, 0);
  let found = await upTo(16);
  for (let perAxis = 32; perAxis ** r <= most; perAxis *= 2) {
    const wider = await upTo(perAxis);
    const same = Math.abs(massOf(wider) - massOf(found)) < 1e-12 * n;
    found = wider;
    if (same) break;
  }
  return found;
}

/** The ends of the panels on each side of the mode, in widths. In the outer panels the variable is ln z. */
const inner = [0, 0.25, 0.75, 1.5, 2.5, 4, 6];
const outer = [6, 60, 1e4, 1e10].map(Math.log);

/** Positions and weights on the line, for one number of one row. */
type AxisNodes = readonly (readonly [u: number, weight: number])[];

/** Makes Gauss–Legendre panels around the mode of each number. Panels end at both modes. */
async function quadratureOf(
  at: LawAt,
  line: Line,
  r: number,
  other: Float64Array | null,
): Promise<LawEnsemble> {
  const { n } = at;
  const peaks = await peaksOf(at, line, r);
  const kinks = other === null ? peaks.mode : (await peaksOf({ ...at, h: other }, line, r)).mode;
  const rule = gaussLegendre(r === 1 ? 12 : 8);
  const axes = peaks.mode.map((_, i) => i);
  const all = Array.from(axes, (i) => axisNodes(peaks, kinks[i] as number, rule, i));
  const kept = await Promise.all(
    Array.from({ length: r }, (_, j) => keptOf(at, line, { peaks, all, r, j })),
  );
  const counts = kept.map((nodes) => nodes.length);
  const count = counts.reduce((product, size) => product * size, 1);
  const y = new Float64Array(count * n * r);
  const weight = new Float64Array(count * n).fill(1);
  for (let q = 0; q < count; q++) {
    let rest = q;
    for (let j = 0; j < r; j++) {
      const size = counts[j] as number;
      const node = (kept[j] as readonly number[])[rest % size] as number;
      rest = Math.floor(rest / size);
      for (let s = 0; s < n; s++) {
        const [u, w] = (all[s * r + j] as AxisNodes)[node] as readonly [number, number];
        y[(q * n + s) * r + j] = line.valueOf(u);
        const own = w === 0 ? 0 : w * Math.exp(line.lnSlope(u));
        weight[q * n + s] = (weight[q * n + s] as number) * own;
      }
    }
  }
  return withShares(at, "quadrature", { y: tensor(y, { shape: [count * n, r] }), count }, weight);
}

function axisNodes(
  { mode, below, above }: Peaks,
  kink: number,
  rule: ReturnType<typeof gaussLegendre>,
  i: number,
): AxisNodes {
  const nodes: [number, number][] = [];
  const centre = mode[i] as number;
  for (const [sign, width] of [
    [-1, below[i] as number],
    [1, above[i] as number],
  ] as const) {
    const scale = width / 2;
    const within = Math.min(Math.max((sign * (kink - centre)) / scale, 0), inner.at(-1) as number);
    const ends = [...inner, within].sort((a, b) => a - b);
    for (let k = 0; k + 1 < ends.length; k++) {
      const [from = 0, to = 0] = [ends[k], ends[k + 1]];
      for (const [x, w] of rule)
        nodes.push([centre + sign * scale * (from + x * (to - from)), w * (to - from) * scale]);
    }
    for (let k = 0; k + 1 < outer.length; k++) {
      const [from = 0, to = 0] = [outer[k], outer[k + 1]];
      for (const [x, w] of rule) {
        const z = Math.exp(from + x * (to - from));
        nodes.push([centre + sign * scale * z, w * (to - from) * z * scale]);
      }
    }
  }
  return nodes;
}

/** Shares below e^(−45) times the largest one do not count. */
const negligible = -45;

/** Returns the nodes of number j that matter in a row, with the other numbers at their modes. */
async function keptOf(
  at: LawAt,
  line: Line,
  {
    peaks,
    all,
    r,
    j,
  }: {
    readonly peaks: Peaks;
    readonly all: readonly AxisNodes[];
    readonly r: number;
    readonly j: number;
  },
): Promise<readonly number[]> {
  const { n } = at;
  const count = (all[0] as AxisNodes).length;
  const y = new Float64Array(count * n * r);
  for (let q = 0; q < count; q++) {
    for (let i = 0; i < n * r; i++) {
      const mode = peaks.mode[i] as number;
      const [u] = (all[i] as AxisNodes)[q] as readonly [number, number];
      y[q * n * r + i] = line.valueOf(i % r === j ? u : mode);
    }
  }
  const density = await logProbOf(at, { y: tensor(y, { shape: [count * n, r] }), count });
  const logs = await density.at(at.h);
  await density.close();
  const shares = logs.map((log, i) => {
    const [u, w] = (all[(i % n) * r + j] as AxisNodes)[Math.floor(i / n)] as readonly [
      number,
      number,
    ];
    return w === 0 ? Number.NEGATIVE_INFINITY : log + line.lnSlope(u) + Math.log(w);
  });
  const top = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  shares.forEach((share, i) => {
    if (share > (top[i % n] as number)) top[i % n] = share;
  });
  return Array.from({ length: count }, (_, q) => q).filter((q) =>
    top.some((most, s) => (shares[q * n + s] as number) > most + negligible),
  );
}
