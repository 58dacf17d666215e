import test from "tape";
import { permutation } from "../../src/random/permutation.ts";

test("a permutation has every index once", (t) => {
  for (const n of [0, 1, 2, 1000]) {
    const order = permutation(n, { seed: 1, path: "shuffle" });
    t.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: n }, (_, i) => i),
    );
  }
  t.deepEqual(permutation(50, { seed: 1, path: "s" }), permutation(50, { seed: 1, path: "s" }));
  t.notDeepEqual(
    permutation(50, { seed: 1, path: "s" }),
    permutation(50, { seed: 1, path: "s", counter: 1 }),
  );
  t.end();
});

test("all orders of four are equally likely", (t) => {
  const runs = 24_000;
  const counts = new Map<string, number>();
  for (let counter = 0; counter < runs; counter++) {
    const key = permutation(4, { seed: 5, path: "s", counter }).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  t.is(counts.size, 24);
  // Each count has standard error √(24000·1/24·23/24) = 31 (seed 5).
  const worst = Math.max(...[...counts.values()].map((count) => Math.abs(count - runs / 24)));
  t.ok(worst < 4 * 31, `largest deviation ${worst}`);
  t.end();
});
