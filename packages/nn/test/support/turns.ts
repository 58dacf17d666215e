/** Recurrent modules in plain float64 numbers, one sample and one turn after the other. */

/** [turn][feature]. */
export type Sequence = readonly (readonly number[])[];

/** Weights [rows][columns]. */
export interface CellWeights {
  readonly input: readonly (readonly number[])[];
  readonly recurrent: readonly (readonly number[])[];
}

export interface CellState {
  readonly h: readonly number[];
  readonly c: readonly number[];
}

export type Kind = "recurrent" | "lstm" | "gru";

const sigm = (t: number) => 1 / (1 + Math.exp(-t));

/** (v, 1)W where W has a row more than v, else vW. */
function times(v: readonly number[], w: readonly (readonly number[])[]): number[] {
  const full = w.length === v.length + 1 ? [...v, 1] : v;
  return (w[0] as readonly number[]).map((_, j) =>
    full.reduce((total, value, i) => total + value * ((w[i] as readonly number[])[j] as number), 0),
  );
}

/** One turn. */
export function turnOf(
  kind: Kind,
  { input, recurrent }: CellWeights,
  x: readonly number[],
  { h, c }: CellState,
): CellState {
  const a = times(x, input);
  const b = times(h, recurrent);
  const m = h.length;
  const part = (list: readonly number[], gate: number, j: number) => list[gate * m + j] as number;
  const both = (gate: number, j: number) => part(a, gate, j) + part(b, gate, j);
  if (kind === "recurrent") return { h: h.map((_, j) => Math.tanh(both(0, j))), c };
  if (kind === "lstm") {
    const next = c.map((value, j) => {
      return sigm(both(1, j)) * value + sigm(both(0, j)) * Math.tanh(both(2, j));
    });
    return { h: next.map((value, j) => sigm(both(3, j)) * Math.tanh(value)), c: next };
  }
  const next = h.map((value, j) => {
    const [r, z] = [sigm(both(0, j)), sigm(both(1, j))];
    const n = Math.tanh(part(a, 2, j) + r * part(b, 2, j));
    return (1 - z) * n + z * value;
  });
  return { h: next, c };
}

/** h after each turn, at the place of its input. */
export function outputsOf(
  kind: Kind,
  weights: CellWeights,
  xs: Sequence,
  { reverse = false, begin }: { readonly reverse?: boolean; readonly begin?: CellState } = {},
): number[][] {
  const size =
    (weights.recurrent[0] as readonly number[]).length / { recurrent: 1, lstm: 4, gru: 3 }[kind];
  const zeros = new Array<number>(size).fill(0);
  let state: CellState = begin ?? { h: zeros, c: zeros };
  const found: number[][] = [];
  for (const x of reverse ? [...xs].reverse() : xs) {
    state = turnOf(kind, weights, x, state);
    found.push([...state.h]);
  }
  return reverse ? found.reverse() : found;
}
