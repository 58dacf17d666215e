import test from "tape";
import { checkSeed } from "../src/checkSeed.ts";

test("checkSeed takes unsigned 32-bit integers alone", async (t) => {
  for (const seed of [0, 1, 2 ** 32 - 1]) t.doesNotThrow(() => checkSeed("door", seed));
  for (const seed of [-1, 0.5, 2 ** 32, NaN])
    t.throws(
      () => checkSeed("door", seed, "epoch"),
      new RegExp(`DataError: door: epoch must be an integer in 0 … 2³²−1, got ${seed}; pass`),
    );
});
