import { compile, input, type Node } from "@metrigrad/graph";
import type { RowLaw } from "@metrigrad/nn";
import { type Store, type Tensor, tensor, valueTypeOf } from "@metrigrad/tensor";
import { slopeOf } from "./slopes.ts";

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

/** ln p of responses at any h [n, m]. */
export interface LogProbOf {
  /** Of the responses that it was made with, or of others of their shape. */
  at(h: Float64Array, responses?: Tensor): Promise<Float64Array>;
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
    at: async (h, responses = y) => {
      const feeds = { y: responses, h: rowsOf(tiled(h, count), m) };
      const values = await (await program.run(feeds)).read();
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

/**
 * ∂ ln p/∂h_k of every response by differences of ln p, one array for each column k of h.
 */
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
