import test from "tape";
import { hashPath } from "../../../src/random/hash.ts";
import { uniformStream } from "../../../src/random/stream.ts";
import { threefry2x32 } from "../../../src/random/threefry.ts";
import { bench, benches } from "../bench.ts";

for (const [name, make] of benches) {
  test(`random writes known words in row-major order, ${name}`, async (t) => {
    const b = make();
    const state = b.input([0xffffffff, 0xffffffff], [2], "u32");
    const step = { kind: "random" as const, key: 0xffffffff, state, label: "" };
    const [words] = await b.run({ ...step, output: b.output([2, 3], "u32") });
    const pairs = [0, 1, 2].flatMap((half) =>
      threefry2x32(0xffffffff, 0xffffffff, half, 0xffffffff),
    );
    t.deepEqual(words, pairs);
    const c = make();
    const zero = { kind: "random" as const, key: 0, state: c.input([0, 0], [2], "u32"), label: "" };
    // Random123's known answer for key 0, counter 0.
    const [first] = await c.run({ ...zero, output: c.output([2], "u32") });
    t.deepEqual(first, [0x6b200159, 0x99ba4efe]);
  });
}

test("random is the host's stream of the same path, seed and counter", async (t) => {
  const b = bench();
  const state = b.input([7, 3], [2], "u32");
  const step = { kind: "random" as const, key: hashPath("drop"), state, label: "" };
  const [words] = await b.run({ ...step, output: b.output([5], "u32") });
  const { bits } = uniformStream({ seed: 7, path: "drop", counter: 3 });
  t.deepEqual(words, [0, 1, 2, 3, 4].map(bits));
});
