import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** How often a factorisation is tried again with a larger λ. */
const retries = 6;

/** Lower factors of a + λI. λ grows if the matrix is not positive definite. */
export const cholesky: Kernel<"cholesky"> = ({ a, shift, output, used }, memory) => {
  const source = memory.view(a);
  const target = memory.view(output);
  const shifts = shift === null ? null : memory.view(shift);
  const finals = used === null ? null : memory.view(used);
  const d = source.shape.at(-1) as number;
  const [byRow, byColumn] = source.stride.slice(-2) as [number, number];
  const [toRow, toColumn] = target.stride.slice(-2) as [number, number];
  const epsilon = memory.plan.buffers[output.buffer]?.dtype === "f32" ? 1e-7 : 1e-14;
  const nowhere = { stride: source.stride.slice(0, -2).map(() => 0), offset: 0 };
  const operands = [source, target, shifts ?? nowhere, finals ?? nowhere];
  return () =>
    walk(source.shape.slice(0, -2), operands, ([from, to, s, f]) => {
      const lower = (i: number, j: number) =>
        source.data[(from as number) + i * byRow + j * byColumn] as number;
      const start = shifts === null ? 0 : (shifts.data[s as number] as number);
      const { factor, lambda } = factorise(lower, d, start, epsilon);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) {
          target.data[(to as number) + i * toRow + j * toColumn] = factor[i * d + j] as number;
        }
      }
      if (finals !== null) finals.data[f as number] = lambda;
    });
};

type Lower = (i: number, j: number) => number;

/** The first factor that succeeds, and its λ; NaN if none does. */
function factorise(a: Lower, d: number, start: number, epsilon: number) {
  let lambda = start;
  for (let attempt = 0; attempt <= retries; attempt++) {
    const factor = factorOf(a, d, lambda);
    if (factor !== null) return { factor, lambda };
    lambda = lambda === 0 ? firstShift(a, d, epsilon) : 10 * lambda;
  }
  return { factor: new Float64Array(d * d).fill(Number.NaN), lambda: Number.NaN };
}

/** The λ of the first new attempt if λ was 0: in proportion to the mean of the diagonal. */
function firstShift(a: Lower, d: number, epsilon: number): number {
  let trace = 0;
  for (let i = 0; i < d; i++) trace += a(i, i);
  return trace > 0 ? (epsilon * trace) / d : epsilon;
}

/** L with LL' = a + λI row by row (Cholesky–Banachiewicz), or null at a bad pivot. */
function factorOf(a: Lower, d: number, lambda: number): Float64Array | null {
  const factor = new Float64Array(d * d);
  const at = (i: number, j: number) => factor[i * d + j] as number;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a(i, j) + (i === j ? lambda : 0);
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      if (i === j && !(rest > 0 && Number.isFinite(rest))) return null;
      factor[i * d + j] = i === j ? Math.sqrt(rest) : rest / at(j, j);
    }
  }
  return factor;
}
