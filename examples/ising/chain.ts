/** The Ising chain in a transverse field, H = −Σ σᶻσᶻ − h Σ σˣ, periodic: its exact ground state, and random states. */
import { type Tensor, tensor, uniformStream } from "metrigrad";

/** Random states, [chains, spins]. */
export function randomSpins(chains: number, spins: number, seed: number): Tensor {
  const stream = uniformStream({ seed, path: "ising/start" });
  const values = Float64Array.from({ length: chains * spins }, (_, i) =>
    stream.uniform(i) < 0.5 ? 1 : -1,
  );
  return tensor(values, { shape: [chains, spins] });
}

/** The lowest eigenvalue of H over all 2^N states, by the method of Lanczos (1950). */
export function groundEnergy(spins: number, field = 1): number {
  const size = 2 ** spins;
  const bonds = Float64Array.from({ length: size }, (_, s) => {
    const turned = ((s << 1) & (size - 1)) | (s >> (spins - 1));
    return spins - 2 * ones(s ^ turned);
  });
  const product = (v: Float64Array) =>
    v.map((one, s) => {
      let flipped = 0;
      for (let i = 0; i < spins; i++) flipped += v[s ^ (1 << i)] as number;
      return -(bonds[s] as number) * one - field * flipped;
    });
  let before = new Float64Array(size);
  let v = new Float64Array(size).fill(size ** -0.5);
  let beta = 0;
  const [diagonal, beside]: [number[], number[]] = [[], []];
  for (let k = 0; k < Math.min(size, 60); k++) {
    const w = product(v);
    const alpha = inner(w, v);
    const next = w.map((one, i) => one - alpha * (v[i] as number) - beta * (before[i] as number));
    diagonal.push(alpha);
    beta = Math.sqrt(inner(next, next));
    if (beta < 1e-10) break;
    beside.push(beta);
    [before, v] = [v, next.map((one) => one / beta)];
  }
  return lowest(diagonal, beside);
}

/** The lowest eigenvalue of a symmetric tridiagonal matrix, by bisection on the signs of its pivots. */
function lowest(diagonal: readonly number[], beside: readonly number[]): number {
  const isBelow = (x: number) => {
    let pivot = 1;
    return diagonal.some((d, k) => {
      const b = k === 0 ? 0 : (beside[k - 1] as number);
      pivot = d - x - (b * b) / pivot;
      return pivot < 0;
    });
  };
  const bound = Math.max(...diagonal.map(Math.abs)) + 2 * Math.max(0, ...beside);
  let [low, high] = [-bound, bound];
  for (let k = 0; k < 80; k++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, one, i) => sum + one * (b[i] as number), 0);
}
