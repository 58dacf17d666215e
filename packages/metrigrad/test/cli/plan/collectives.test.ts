/** The seconds of messages, beside algorithms that are played round by round, and numbers by hand. */
import test from "tape";
import { algorithmNames, exchangeSeconds } from "../../../src/cli/plan/collectives.ts";

const network = { latency: 3e-6, bandwidth: 5e8 };
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));

/** The seconds of rounds, of which each ends when its longest message is there. */
const played = (rounds: readonly number[]) =>
  rounds.reduce((sum, bytes) => sum + network.latency + bytes / network.bandwidth, 0);

const ones = (count: number, bytes: number) => Array.from({ length: count }, () => bytes);

/**
 * Plays a recursive halving or doubling between a power of two of ranks on sets of chunks: the bytes that a rank sends in each round.
 * Throws where a rank does not end with what it must have.
 */
function halved(n: number, bytes: number): number[] {
  const rounds: number[] = [];
  // Rank r reduces the chunks whose numbers begin with the bits of r.
  let [chunks, distance] = [n, n / 2];
  while (distance >= 1) {
    rounds.push((bytes * chunks) / 2 / n);
    chunks /= 2;
    distance /= 2;
  }
  if (chunks !== 1) throw new Error("a rank must end with one chunk");
  return rounds;
}

function doubled(n: number, bytes: number): number[] {
  const sent: number[] = [];
  let known = Array.from({ length: n }, (_, rank) => new Set([rank]));
  for (let distance = 1; distance < n; distance *= 2) {
    sent.push((bytes * Math.max(...known.map(({ size }) => size))) / n);
    known = known.map((own, rank) => new Set([...own, ...(known[rank ^ distance] as Set<number>)]));
  }
  if (known.some(({ size }) => size !== n)) throw new Error("a rank must end with all chunks");
  return sent;
}

test("exchangeSeconds: as the algorithms go, round by round", (t) => {
  const bytes = 1e6;
  for (const n of [2, 4, 8, 64]) {
    const of = (kind: "allreduce" | "allgather", name: (typeof algorithmNames)[number]) =>
      exchangeSeconds({ kind, bytes }, n, network, name);
    const ring = ones(n - 1, bytes / n);
    t.ok(near(of("allreduce", "ring"), played([...ring, ...ring])), `ring ${n}`);
    t.ok(near(of("allgather", "ring"), played(ring)), `ring of parts ${n}`);
    t.ok(near(of("allreduce", "tree"), played(ones(doubled(n, 1).length, bytes))), `tree ${n}`);
    t.ok(near(of("allgather", "tree"), played(doubled(n, bytes))), `tree of parts ${n}`);
    const both = [...halved(n, bytes), ...doubled(n, bytes)];
    t.ok(near(of("allreduce", "rabenseifner"), played(both)), `Rabenseifner ${n}`);
  }
  t.end();
});

test("exchangeSeconds: by hand, the best, and one rank", (t) => {
  // 100 Gbit/s and 2 µs; 8 MB over 8 ranks. Ring: 14·2 µs + 14/8·8e6·0.08 ns = 28 µs + 1120 µs.
  const fast = { latency: 2e-6, bandwidth: 12.5e9 };
  const large = { kind: "allreduce", bytes: 8e6 } as const;
  t.ok(near(exchangeSeconds(large, 8, fast, "ring"), 1148e-6));
  // Three rounds of 2 µs + 640 µs.
  t.ok(near(exchangeSeconds(large, 8, fast, "tree"), 1926e-6));
  t.ok(near(exchangeSeconds(large, 8, fast, "rabenseifner"), 1132e-6));
  t.ok(near(exchangeSeconds(large, 8, fast, "best"), 1132e-6));
  // 8 bytes: the tree's three rounds.
  const small = { kind: "allreduce", bytes: 8 } as const;
  t.ok(near(exchangeSeconds(small, 8, fast, "best"), 3 * (2e-6 + 8 * 8e-11)));
  // Five ranks need three rounds.
  t.ok(near(exchangeSeconds(small, 5, fast, "tree"), 3 * (2e-6 + 8 * 8e-11)));
  for (const name of algorithmNames) {
    t.equal(exchangeSeconds(large, 1, fast, name), 0);
    const of = (n: number) => exchangeSeconds(large, n, fast, name);
    t.ok(exchangeSeconds(large, 8, fast, "best") <= of(8) && of(16) > of(2), name);
  }
  t.end();
});
