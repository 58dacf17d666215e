import { type StreamOptions, uniformStream } from "./stream.ts";

/** A random order of 0 … n−1 (Fisher and Yates), a function of seed, path and counter. */
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
