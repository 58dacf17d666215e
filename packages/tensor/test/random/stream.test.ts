import test from "tape";
import { hashPath } from "../../src/random/hash.ts";
import { uniformStream } from "../../src/random/stream.ts";
import { threefry2x32 } from "../../src/random/threefry.ts";

const stream = uniformStream({ seed: 7, path: "a/w", counter: 3 });

test("words are those of the random step", (t) => {
  const key = hashPath("a/w");
  for (const i of [0, 1, 2, 5, 1000]) {
    const pair = threefry2x32(key, 7, Math.floor(i / 2), 3);
    t.is(stream.bits(i), pair[i % 2], `word ${i}`);
    t.is(stream.uniform(i), Math.floor((pair[i % 2] as number) / 256) / 2 ** 24);
  }
  t.is(uniformStream({ seed: 7, path: "a/w" }).bits(3), threefry2x32(key, 7, 1, 0)[1]);
  t.end();
});

test("seeds, paths and counters give different draws", (t) => {
  const others = [
    { seed: 8, path: "a/w", counter: 3 },
    { seed: 7, path: "a/v", counter: 3 },
    { seed: 7, path: "a/w", counter: 4 },
  ];
  for (const other of others) t.not(uniformStream(other).bits(0), stream.bits(0));
  t.end();
});

/** Largest distance between the empirical distribution function and `cdf`. */
function kolmogorov(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const n = sorted.length;
  return Math.max(
    ...sorted.map((x, i) => Math.max(Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n))),
  );
}

/** Φ by Simpson's rule. */
function normalCdf(x: number): number {
  const n = 200;
  const density = (s: number) => Math.exp((-s * s) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * density((i * x) / n);
  return 0.5 + (sum * x) / (3 * n);
}

const size = 20_000;
const draws = (draw: (i: number) => number) => Array.from({ length: size }, (_, i) => draw(i));
// √n·D exceeds 1.95 with probability 0.001 (seed 7).
const bound = 1.95 / Math.sqrt(size);

test("uniforms are uniform and normals normal", (t) => {
  const uniforms = draws(stream.uniform);
  t.ok(uniforms.every((x) => x >= 0 && x < 1 && Math.fround(x) === x));
  t.ok(kolmogorov(uniforms, (x) => x) < bound);
  const normals = draws(stream.normal);
  t.ok(kolmogorov(normals, normalCdf) < bound);
  const paired = normals.slice(1).reduce((sum, x, i) => sum + x * (normals[i] as number), 0) / size;
  t.ok(Math.abs(paired) < 4 / Math.sqrt(size), `lag 1: ${paired}, standard error 0.007`);
  t.end();
});

test("the check of the distribution rings on wrong ones", (t) => {
  t.ok(
    kolmogorov(
      draws((i) => stream.uniform(i) ** 1.05),
      (x) => x,
    ) > bound,
  );
  t.ok(
    kolmogorov(
      draws((i) => 1.05 * stream.normal(i)),
      normalCdf,
    ) > bound,
  );
  t.end();
});
