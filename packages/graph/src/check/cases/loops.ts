import type { Tensor } from "@metrigrad/tensor";
import { at, filled } from "./values.ts";

/** Computes Σ_k a[b…, i, k] b[b…, k, j] by loops. Batch axes broadcast. */
export function product(shape: readonly number[], a: Tensor, b: Tensor): Tensor {
  const inner = a.shape.at(-1) as number;
  return filled(shape, (index) => {
    const lead = index.slice(0, -2);
    const [i = 0, j = 0] = index.slice(-2);
    let total = 0;
    for (let k = 0; k < inner; k++) total += at(a, [...lead, i, k]) * at(b, [...lead, k, j]);
    return total;
  });
}

/** Exchanges the last two axes of matrices. */
export function swapped(value: Tensor): Tensor {
  const shape = [
    ...value.shape.slice(0, -2),
    value.shape.at(-1) as number,
    value.shape.at(-2) as number,
  ];
  return filled(shape, (index) => {
    const [i = 0, j = 0] = index.slice(-2);
    return value.get(...index.slice(0, -2), j, i);
  });
}
