import test from "tape";
import { threefry2x32 } from "../../src/random/threefry.ts";

// The known answers that come with Random123 (kat_vectors, threefry2x32 with 20 rounds).
const known = [
  { key: [0, 0], counter: [0, 0], words: [0x6b200159, 0x99ba4efe] },
  {
    key: [0xffffffff, 0xffffffff],
    counter: [0xffffffff, 0xffffffff],
    words: [0x1cb996fc, 0xbb002be7],
  },
  {
    key: [0x13198a2e, 0x03707344],
    counter: [0x243f6a88, 0x85a308d3],
    words: [0xc4923a9c, 0x483df7a0],
  },
] as const;

for (const { key, counter, words } of known) {
  test(`threefry2x32 with key ${key.map((k) => k.toString(16))}`, (t) => {
    t.deepEqual(threefry2x32(key[0], key[1], counter[0], counter[1]), words);
    t.end();
  });
}
