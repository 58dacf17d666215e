import { type StreamOptions, uniformStream } from "./stream.ts";

/**
 * Returns the numbers 0 … n−1 in a random order, by the method of Fisher and Yates.
 *
 * @param n - How many numbers.
 * @param options - The seed, the path and the counter. The same three give the same order.
 * @returns The numbers in their new order, [n].
 * @nothrow
 * @category Tensors
 */
export function permutation(n: number, options: StreamOptions): Int32Array {
  const { bits } = uniformStream(options);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let last = n - 1; last > 0; last--) {
    const chosen = Math.floor(bits(last) * 2 ** -32 * (last + 1));
    const value = order[last] as number;
    order[last] = order[chosen] as number;
    order[chosen] = value;
  }
  return order;
}
