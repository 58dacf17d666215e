import { hashPath } from "./hash.ts";
import { threefry2x32 } from "./threefry.ts";

/**
 * The options of {@link uniformStream} and {@link permutation}. Equal options give equal draws on every backend.
 *
 * @category Tensors
 */
export interface StreamOptions {
  /** The seed, an unsigned 32-bit integer. */
  readonly seed: number;
  /** The name of what is drawn, such as a variable's path. Each path has its own draws. */
  readonly path: string;
  /** The number of the draw of that path, an unsigned 32-bit integer; 0 by default. */
  readonly counter?: number;
}

/**
 * A stream of random draws in host memory. You can ask for any of them, in any order.
 *
 * @category Tensors
 */
export interface RandomStream {
  /**
   * Returns a 32-bit word. A `random` step of a plan writes the same word at row-major index i.
   *
   * @param i - The number of the word, from 0.
   * @returns An unsigned 32-bit integer.
   */
  bits(i: number): number;
  /**
   * Returns a uniform draw in [0, 1): the upper 24 bits of word i, which float32 holds exactly.
   *
   * @param i - The number of the draw, from 0.
   * @returns The draw.
   */
  uniform(i: number): number;
  /**
   * Returns a draw from the standard normal law. It is made of the uniform draws 2i and 2i + 1 (Box and Muller 1958).
   *
   * @param i - The number of the draw, from 0.
   * @returns The draw; its magnitude is below 5.8.
   */
  normal(i: number): number;
}

/**
 * Returns the random draws of a seed, a path and a counter. They are the same on every backend.
 *
 * @param options - The seed, the path and the counter.
 * @returns Functions that give draws by their numbers.
 * @nothrow
 * @category Tensors
 */
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
