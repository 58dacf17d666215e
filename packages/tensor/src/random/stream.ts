import { hashPath } from "./hash.ts";
import { threefry2x32 } from "./threefry.ts";

/** What a stream of random draws is a function of. */
export interface StreamOptions {
  /** An unsigned 32-bit integer. */
  readonly seed: number;
  /** Whose draws these are, for example a variable's path. */
  readonly path: string;
  /** Which draw of that path, an unsigned 32-bit integer; 0 by default. */
  readonly counter?: number;
}

/** Random draws on the host; any of them can be asked for, in any order. */
export interface RandomStream {
  /** The i-th 32-bit word, the same that a `random` step writes at row-major index i. */
  bits(i: number): number;
  /** The i-th uniform in [0, 1): the upper 24 bits of word i, so that float32 holds it exactly. */
  uniform(i: number): number;
  /** The i-th standard normal, of uniforms 2i and 2i + 1 (Box and Muller 1958); |x| < 5.8. */
  normal(i: number): number;
}

/** The draws of a seed, a path and a counter, the same on every backend. */
export function uniformStream({ seed, path, counter = 0 }: StreamOptions): RandomStream {
  const key = hashPath(path);
  const bits = (i: number) => threefry2x32(key, seed, Math.floor(i / 2), counter)[i % 2] as number;
  const uniform = (i: number) => (bits(i) >>> 8) * 2 ** -24;
  return Object.freeze({
    bits,
    uniform,
    normal: (i: number) => {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform(2 * i)));
      return radius * Math.cos(2 * Math.PI * uniform(2 * i + 1));
    },
  });
}
