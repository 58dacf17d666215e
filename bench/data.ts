/** Uniform values in [from, to), the same for the same seed: a linear congruential generator. */
export function uniformValues(size: number, seed: number, from = -1, to = 1): Float32Array {
  const values = new Float32Array(size);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = from + ((to - from) * state) / 2 ** 32;
  }
  return values;
}
