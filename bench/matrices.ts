import { uniformValues } from "./data.ts";

/** ρ to the distance of the indices, plus 0.1 on the diagonal: positive definite and dense. */
export function covariances(count: number, d: number): Float32Array {
  const values = new Float32Array(count * d * d);
  for (let block = 0; block < count; block++) {
    const log = Math.log(0.98 + (0.01 * block) / count);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        values[(block * d + i) * d + j] = Math.exp(log * Math.abs(i - j)) + (i === j ? 0.1 : 0);
      }
    }
  }
  return values;
}

/** Lower triangles with a diagonal that outweighs the rest. */
export function factors(count: number, d: number): Float32Array {
  const values = uniformValues(count * d * d, 6);
  for (let block = 0; block < count; block++) {
    for (let i = 0; i < d; i++) {
      const row = (block * d + i) * d;
      for (let j = 0; j < i; j++) values[row + j] = (values[row + j] as number) / d;
      values[row + i] = 1 + Math.abs(values[row + i] as number);
      values.fill(0, row + i + 1, row + d);
    }
  }
  return values;
}
