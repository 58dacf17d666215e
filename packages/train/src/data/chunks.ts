import { type Tensor, tensor } from "@metrigrad/tensor";

/** Rows evaluated together at most: large enough for fast products, small enough for memory. */
const largest = 2500;

/** Rows of one pass, padded to a common number; padding has weight 0. */
export interface Chunk {
  /** i32 [size]. */
  readonly rows: Tensor;
  /** f32 [size]: 1 for a row, 0 for padding. */
  readonly weights: Tensor;
}

/** Rows 0 … n−1 in chunks of equal size, at most `limit`, the last one padded. */
export function chunksOf(n: number, limit: number = largest): Chunk[] {
  const count = Math.ceil(n / limit);
  const size = Math.ceil(n / count);
  return Array.from({ length: count }, (_, chunk) => {
    const indices = Array.from({ length: size }, (_, at) => chunk * size + at);
    return {
      rows: tensor(Int32Array.from(indices, (row) => Math.min(row, n - 1))),
      weights: tensor(Float32Array.from(indices, (row) => (row < n ? 1 : 0))),
    };
  });
}
