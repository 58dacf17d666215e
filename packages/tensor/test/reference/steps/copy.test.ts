import test from "tape";
import { bench, benches, numbers, stored } from "../bench.ts";

for (const [name, make] of benches) {
  test(`copy keeps every element, ${name}`, async (t) => {
    for (const shape of [[2, 3, 4], [], [0], [3, 1]]) {
      const b = make();
      const x = numbers(shape.reduce((p, q) => p * q, 1)).map((e) => stored(e, b.float));
      const step = { kind: "copy" as const, input: b.input(x, shape), output: b.output(shape) };
      t.deepEqual(await b.run({ ...step, label: "" }), [x], `[${shape}]`);
    }
  });
}

test("copy transposes, repeats and reverses", async (t) => {
  const b = bench();
  const x = b.input([1, 2, 3, 4, 5, 6], [2, 3], "u8");
  const step = { kind: "copy" as const, label: "" };
  const transposed = { ...x, shape: [3, 2], strides: [1, 3] };
  const got = await b.run({ ...step, input: transposed, output: b.output([3, 2], "u8") });
  t.deepEqual(got, [[1, 4, 2, 5, 3, 6]]);
  const c = bench();
  const odd = { ...c.input([1, 2, 3], [3]), shape: [2, 3], strides: [0, -1], offset: 2 };
  t.deepEqual(await c.run({ ...step, input: odd, output: c.output([2, 3]) }), [[3, 2, 1, 3, 2, 1]]);
});
