import { MetricError, type Tensor, tensor } from "@metrigrad/tensor";
import type { Columns } from "../blocks/block.ts";

/** The largest dense matrix that is put together on the host, in bytes. */
const limit = 2 ** 30;

/** Throws MetricError if a dense [size, size] matrix of float64 is too large for the host. */
export function checkDenseSize(where: string, size: number): void {
  if (8 * size * size <= limit) return;
  throw new MetricError({
    where,
    must: `a dense matrix must fit in ${limit / 2 ** 30} GiB`,
    got: `[${size}, ${size}], ${((8 * size * size) / 2 ** 30).toFixed(1)} GiB`,
    todo: "use apply, quadratic or solve, or look at a smaller part",
  });
}

/**
 * Spreads matrices over the flattened parameter, [dm, dm]: entry (am + i, bm + j) is g_i[a, b] if i = j, else 0.
 *
 * The matrices are [1, d, d] if m columns share one, [m, d, d], or [1, dm, dm] if the columns are coupled. The order
 * is that of a parameter [d, m] in memory.
 */
export function spreadMatrices(matrices: Tensor, m: number, columns: Columns): Tensor {
  const [count = 0, d = 0] = matrices.shape;
  if (columns === "coupled") {
    return tensor(Float64Array.from(matrices.data()), { shape: [d, d] });
  }
  const size = d * m;
  const from = matrices.data();
  const result = new Float64Array(size * size);
  for (let i = 0; i < m; i++) {
    const at = count === 1 ? 0 : i * d * d;
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        result[(a * m + i) * size + b * m + i] = from[at + a * d + b] as number;
      }
    }
  }
  return tensor(result, { shape: [size, size] });
}
