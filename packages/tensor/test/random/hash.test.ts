import test from "tape";
import { hashPath } from "../../src/random/hash.ts";

test("hashes of paths stay what they are", (t) => {
  // Fixed once and for all: initial values of saved experiments depend on them.
  t.is(hashPath(""), 2872998923);
  t.is(hashPath("dense/0/w"), 3249937661);
  t.is(hashPath("größe"), 3449927484);
  t.end();
});

test("similar paths share no more bits than chance", (t) => {
  const hashes = Array.from({ length: 20_000 }, (_, i) => hashPath(`layer/${i}/w`));
  t.is(new Set(hashes).size, hashes.length, "no collision among 20,000");
  const ones = (x: number) => x.toString(2).replaceAll("0", "").length;
  let flipped = 0;
  for (let i = 0; i < 10_000; i += 2) {
    flipped += ones(((hashes[i] as number) ^ (hashes[i + 1] as number)) >>> 0);
  }
  const mean = flipped / 5000;
  // The mean of 5,000 binomials(32, ½) has standard error 0.04.
  t.ok(Math.abs(mean - 16) < 0.2, `${mean} of 32 bits differ`);
  t.end();
});
