import { compile, constant, input, type Node } from "@metrigrad/graph";
import type { RowLaw } from "@metrigrad/nn";
import { type Store, type Tensor, tensor, valueTypeOf } from "@metrigrad/tensor";
import { slopeOf } from "./slopes.ts";

/** A law of rows at some rows h, for work on the host. */
export interface LawAt {
  readonly law: RowLaw;
  readonly store: Store;
  /** The values h, [n, m]. */
  readonly h: Float64Array;
  readonly n: number;
  readonly m: number;
}

/** Responses to every row, `count` of them: y [count·n, …], with the rows running fastest. */
export interface LawResponses {
  readonly y: Tensor;
  readonly count: number;
}

/** The values ln p of responses at any h [n, m]. */
export interface LogProbOf {
  /** Returns ln p of the responses that it was made with, or of others of their shape. */
  at(h: Float64Array, responses?: Tensor): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Makes a tensor of rows. */
export function rowsOf(data: Float64Array, m: number): Tensor {
  return tensor(data, { shape: [data.length / m, m] });
}

/** Computes the values of some nodes. */
export async function hostValues(store: Store, outputs: readonly Node[]): Promise<Tensor[]> {
  const program = await compile({ outputs }, store);
  const handles = await program.run();
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await program.close();
  return values;
}

/** Returns a value as float64 numbers. */
export function numbersOf(value: Tensor | undefined): Float64Array {
  return Float64Array.from(value?.data() ?? []);
}

/** Prepares ln p(y | h) of responses to every row. Errors of the law pass through. */
export async function logProbOf(
  { law, store, m }: LawAt,
  { y, count }: LawResponses,
): Promise<LogProbOf> {
  const rows = y.shape[0] as number;
  const node = law.logProb(input("y", y.shape, valueTypeOf(y.dtype)), input("h", [rows, m]));
  const program = await compile({ outputs: node }, store);
  return {
    at: async (h, responses = y) => {
      const feeds = { y: responses, h: rowsOf(tiled(h, count), m) };
      const values = await (await program.run(feeds)).read();
      return numbersOf(values);
    },
    close: () => program.close(),
  };
}

/** Repeats an array `count` times. */
export function tiled(values: Float64Array, count: number): Float64Array {
  const all = new Float64Array(values.length * count);
  for (let q = 0; q < count; q++) all.set(values, q * values.length);
  return all;
}

/** Computes ∂ ln p/∂h_k of every response by differences of ln p, as one array for each column k of h. */
export async function scoresByDifferences(
  density: LogProbOf,
  { h, m }: LawAt,
): Promise<Float64Array[]> {
  const scores: Float64Array[] = [];
  const n = h.length / m;
  for (let k = 0; k < m; k++) {
    const sizes = Float64Array.from({ length: n }, (_, s) =>
      Math.max(1, Math.abs(h[s * m + k] as number)),
    );
    const size = (i: number) => (i % m === k ? (sizes[Math.floor(i / m)] as number) : 0);
    const { values } = await slopeOf((t) => density.at(h.map((value, i) => value + t * size(i))));
    scores.push(values.map((value, i) => value / (sizes[i % n] as number)));
  }
  return scores;
}

/** Coordinates u on the real line for the numbers of a support, with ln |dy/du|. */
export interface Line {
  readonly valueOf: (u: number) => number;
  readonly of: (y: number) => number;
  readonly lnSlope: (u: number) => number;
}

const real: Line = { valueOf: (u) => u, of: (y) => y, lnSlope: () => 0 };
const positive: Line = { valueOf: Math.exp, of: Math.log, lnSlope: (u) => u };
const unit: Line = {
  valueOf: (u) => 1 / (1 + Math.exp(-u)),
  of: (y) => Math.log(y) - Math.log1p(-y),
  lnSlope: (u) => -Math.abs(u) - 2 * Math.log1p(Math.exp(-Math.abs(u))),
};

/**
 * Returns coordinates for a law of continuous responses, by the numbers that its support has; null if they are not
 * known.
 */
export function lineOf({ law, m }: LawAt): Line | null {
  const has = (value: number) => law.support?.has(value, m) ?? false;
  if (law.support?.joint || !has(Math.SQRT1_2)) return null;
  if (has(-1e6) && has(1e6)) return real;
  if (!has(-1) && has(1e6)) return positive;
  return !has(-1) && !has(2) && has(1e-6) ? unit : null;
}

/** Where the responses of a law are: the mode in u of each column, and the distances at which ln p is 2 lower. */
export interface Peaks {
  /** The modes, [n, r]; the distances have the same shape. */
  readonly mode: Float64Array;
  readonly below: Float64Array;
  readonly above: Float64Array;
}

/** Finds the peaks by climbing from the predicted responses [n, r], one column after the other. */
export async function peaksOf(at: LawAt, line: Line, r: number): Promise<Peaks> {
  const { law, store, h, m, n } = at;
  const [predicted] = await hostValues(store, [law.predict(constant(rowsOf(h, m)) as Node)]);
  const mode = numbersOf(predicted).map((y) => {
    const u = line.of(y);
    return Number.isFinite(u) ? u : 0;
  });
  const below = new Float64Array(n * r);
  const above = new Float64Array(n * r);
  const density = await logProbOf(at, {
    y: tensor(new Float64Array(n * r), { shape: [n, r] }),
    count: 1,
  });
  const height = async (u: Float64Array): Promise<Float64Array> => {
    const logs = await density.at(h, tensor(u.map(line.valueOf), { shape: [n, r] }));
    return logs.map((log, s) => {
      let total = log;
      for (let j = 0; j < r; j++) total += line.lnSlope(u[s * r + j] as number);
      return Number.isNaN(total) ? Number.NEGATIVE_INFINITY : total;
    });
  };
  for (let j = 0; j < r; j++) {
    const shifted = (steps: Float64Array, sign: number) =>
      mode.map((u, i) => (i % r === j ? u + sign * (steps[Math.floor(i / r)] as number) : u));
    await climb(mode, height, (steps, sign) => shifted(steps, sign), { n, r, j });
    for (const [widths, sign] of [
      [below, -1],
      [above, 1],
    ] as const) {
      const found = await widthsOf(height, await height(mode), (steps) => shifted(steps, sign), n);
      found.forEach((width, s) => {
        widths[s * r + j] = width;
      });
    }
  }
  await density.close();
  return { mode, below, above };
}

type Height = (u: Float64Array) => Promise<Float64Array>;

/** Moves `mode` up until the steps are small. A step doubles if it leads up, and halves if both sides are lower. */
async function climb(
  mode: Float64Array,
  height: Height,
  shifted: (steps: Float64Array, sign: number) => Float64Array,
  { n, r, j }: { readonly n: number; readonly r: number; readonly j: number },
): Promise<void> {
  const steps = new Float64Array(n).fill(1e-3);
  let here = await height(mode);
  for (let turn = 0; turn < 150; turn++) {
    const [down, up] = [await height(shifted(steps, -1)), await height(shifted(steps, 1))];
    const next = Float64Array.from(here);
    for (let s = 0; s < n; s++) {
      const step = steps[s] as number;
      const [low, high, own] = [down[s] as number, up[s] as number, here[s] as number];
      const best = Math.max(low, high);
      if (best > own) {
        const at = s * r + j;
        mode[at] = (mode[at] as number) + (high >= low ? step : -step);
        next[s] = best;
        steps[s] = 2 * step;
      } else steps[s] = step / 2;
    }
    here = next;
    if (steps.every((step) => step < 1e-6)) return;
  }
}

/** Finds the distances at which the height is 2 below the peak, by doubling or halving, and then by bisection. */
async function widthsOf(
  height: Height,
  peak: Float64Array,
  shifted: (steps: Float64Array) => Float64Array,
  n: number,
): Promise<Float64Array> {
  const low = new Float64Array(n).fill(0);
  const high = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  let width = new Float64Array(n).fill(1);
  for (let turn = 0; turn < 60; turn++) {
    const values = await height(shifted(width));
    width = width.map((step, s) => {
      const far = !((values[s] as number) > (peak[s] as number) - 2);
      if (far) high[s] = step;
      else low[s] = step;
      if (high[s] === Number.POSITIVE_INFINITY) return 2 * step;
      return low[s] === 0 ? step / 2 : ((low[s] as number) + (high[s] as number)) / 2;
    });
    if (high.every((end, s) => end < 1.2 * (low[s] as number))) break;
  }
  return width;
}

/**
 * Returns the nodes x in (0, 1), in ascending order, and the weights w of the Gauss–Legendre rule. The nodes are the roots of the
 * Legendre polynomial, found by Newton's method.
 */
export function gaussLegendre(count: number): readonly (readonly [x: number, w: number])[] {
  return Array.from({ length: count }, (_, i) => {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let turn = 0; turn < 100; turn++) {
      let [before, value] = [0, 1];
      for (let k = 1; k <= count; k++) {
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      }
      slope = (count * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    return [(1 + x) / 2, 1 / ((1 - x * x) * slope * slope)] as const;
  });
}
