import { compile, input, type Node } from "@metrigrad/graph";
import type { RowLaw } from "@metrigrad/nn";
import { type Store, type Tensor, tensor, valueTypeOf } from "@metrigrad/tensor";

/** A law of rows at some rows h, for work on the host. */
export interface LawAt {
  readonly law: RowLaw;
  readonly store: Store;
  /** h, [n, m]. */
  readonly h: Float64Array;
  readonly n: number;
  readonly m: number;
}

/** Responses to every row, `count` of them: y [count·n, …], rows running fastest. */
export interface LawResponses {
  readonly y: Tensor;
  readonly count: number;
}

/** ln p of fixed responses at any h [n, m]. */
export interface LogProbOf {
  at(h: Float64Array): Promise<Float64Array>;
  close(): Promise<void>;
}

/** A matrix of rows as a tensor. */
export function rowsOf(data: Float64Array, m: number): Tensor {
  return tensor(data, { shape: [data.length / m, m] });
}

/** The values of some nodes. */
export async function hostValues(store: Store, outputs: readonly Node[]): Promise<Tensor[]> {
  const program = await compile({ outputs }, store);
  const handles = await program.run();
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await program.close();
  return values;
}

/** A value as float64 numbers. */
export function numbersOf(value: Tensor | undefined): Float64Array {
  return Float64Array.from(value?.data() ?? []);
}

/** ln p(y | h) of responses to every row. Throws what the law throws. */
export async function logProbOf(
  { law, store, m }: LawAt,
  { y, count }: LawResponses,
): Promise<LogProbOf> {
  const rows = y.shape[0] as number;
  const node = law.logProb(input("y", y.shape, valueTypeOf(y.dtype)), input("h", [rows, m]));
  const program = await compile({ outputs: node }, store);
  return {
    at: async (h) => {
      const values = await (await program.run({ y, h: rowsOf(tiled(h, count), m) })).read();
      return numbersOf(values);
    },
    close: () => program.close(),
  };
}

/** An array `count` times. */
export function tiled(values: Float64Array, count: number): Float64Array {
  const all = new Float64Array(values.length * count);
  for (let q = 0; q < count; q++) all.set(values, q * values.length);
  return all;
}

/** Steps of differences: a wide one of fourth order, and one so small that few responses have a kink within. */
const wide = 1e-3;
const narrow = 1e-7;

/**
 * ∂ ln p/∂h_k of every response by differences of ln p, one array for each column k of h. Where a wide and a narrow
 * step disagree, ln p has a kink in between, and the narrow one counts.
 */
export async function scoresByDifferences(
  density: LogProbOf,
  { h, m }: LawAt,
): Promise<Float64Array[]> {
  const scores: Float64Array[] = [];
  for (let k = 0; k < m; k++) {
    const size = (i: number) => Math.max(1, Math.abs(h[i] as number));
    const moved = (step: number) =>
      density.at(h.map((value, i) => (i % m === k ? value + step * size(i) : value)));
    const [a, b, c, d] = [
      await moved(-2 * wide),
      await moved(-wide),
      await moved(wide),
      await moved(2 * wide),
    ];
    const [left, right] = [await moved(-narrow), await moved(narrow)];
    const n = h.length / m;
    scores.push(
      a.map((first, i) => {
        const by = size((i % n) * m + k);
        const inner = (c[i] as number) - (b[i] as number);
        const smooth = (8 * inner - ((d[i] as number) - first)) / (12 * wide * by);
        const close = ((right[i] as number) - (left[i] as number)) / (2 * narrow * by);
        return Math.abs(close - smooth) > 1e-4 * (1 + Math.abs(close)) ? close : smooth;
      }),
    );
  }
  return scores;
}
