import { dataSet, type Tensor, tensor, uniformStream } from "metrigrad";

/** Which paths. */
export interface PathOptions {
  readonly rows: number;
  /** Equal distances from 0 on. */
  readonly times: readonly number[];
  /** Standard deviation of what is added to every state. */
  readonly noise: number;
  readonly seed: number;
}

/** Prey x and predators y: x' = x − xy, y' = xy − y. */
function field([x = 0, y = 0]: readonly number[]): number[] {
  return [x - x * y, x * y - y];
}

/** Paths of prey and predators from random starts: inputs [rows, 2] and states with noise, [rows, times, 2]. */
export function paths({ rows, times, noise, seed }: PathOptions) {
  const stream = uniformStream({ seed, path: "examples/paths" });
  const starts = Array.from({ length: rows }, (_, row) => [
    0.4 + 1.6 * stream.uniform(2 * row),
    0.4 + 1.6 * stream.uniform(2 * row + 1),
  ]);
  const states = starts.map((start, row) => {
    const along = [start];
    for (let at = 1; at < times.length; at++) {
      const step = (times[at] as number) - (times[at - 1] as number);
      along.push(followedBy(along.at(-1) as number[], step));
    }
    return along.map((state, at) =>
      state.map(
        (value, j) => value + noise * stream.normal(1e6 + (row * times.length + at) * 2 + j),
      ),
    );
  });
  return dataSet({ train: { inputs: tensor(starts), targets: tensor(states) } });
}

/** A state after some time, by fifty steps of Runge and Kutta's method. */
function followedBy(from: readonly number[], time: number): number[] {
  const h = time / 50;
  let state = [...from];
  const moved = (k: readonly number[], by: number) => state.map((v, j) => v + by * (k[j] ?? 0));
  for (let at = 0; at < 50; at++) {
    const a = field(state);
    const b = field(moved(a, h / 2));
    const c = field(moved(b, h / 2));
    const d = field(moved(c, h));
    state = state.map(
      (v, j) => v + (h / 6) * ((a[j] ?? 0) + 2 * (b[j] ?? 0) + 2 * (c[j] ?? 0) + (d[j] ?? 0)),
    );
  }
  return state;
}

/** √mean of squared differences over some of the times; of the values themselves where there is nothing beside them. */
export function rootMeanSquare(a: Tensor, b: Tensor | null, from: number, to: number): number {
  const [rows = 0, times = 0] = a.shape;
  const [one, other] = [a.data(), b?.data()];
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let at = 2 * from; at < 2 * to; at++) {
      const place = row * times * 2 + at;
      sum += ((one[place] ?? 0) - (other?.[place] ?? 0)) ** 2;
    }
  }
  return Math.sqrt(sum / (rows * 2 * (to - from)));
}
