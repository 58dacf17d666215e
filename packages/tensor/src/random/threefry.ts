/** The constant of the key schedule, and below the rotations in bits, as the paper has them. */
const parity = 0x1bd11bda;
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Returns two random 32-bit words by Threefry-2x32 with 20 rounds.
 *
 * Threefry is a counter-based generator: the words are a function of a key and a counter, of two words each. The words equal
 * those of Random123 and of JAX (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 *
 * @param key0 - The first word of the key, an unsigned 32-bit integer.
 * @param key1 - The second word of the key.
 * @param counter0 - The first word of the counter.
 * @param counter1 - The second word of the counter.
 * @returns Two unsigned 32-bit integers.
 * @nothrow
 * @category For authors of backends
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): [number, number] {
  const keys = [key0 | 0, key1 | 0, key0 ^ key1 ^ parity] as const;
  let x = (counter0 + keys[0]) | 0;
  let y = (counter1 + keys[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const by = rotations[round % 8] as number;
    x = (x + y) | 0;
    y = ((y << by) | (y >>> (32 - by))) ^ x;
    if (round % 4 === 3) {
      const group = (round + 1) / 4;
      x = (x + (keys[group % 3] as number)) | 0;
      y = (y + (keys[(group + 1) % 3] as number) + group) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}
