import { DataError } from "@metrigrad/tensor";

/** Throws DataError if a seed, or an epoch, is not an unsigned integer of 32 bits. */
export function checkSeed(where: string, seed: number, name = "seed"): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return;
  throw new DataError({
    where,
    must: `${name} must be an integer in 0 … 2³²−1`,
    got: `${seed}`,
    todo: "pass a number such as 1",
  });
}
