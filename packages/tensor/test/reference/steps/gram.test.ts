import test from "tape";
import { bench, benches, numbers, stored } from "../bench.ts";

for (const [name, make] of benches) {
  test(`gram adds weighted outer products to a base, ${name}`, async (t) => {
    const b = make();
    const round = (e: number) => stored(e, b.float);
    const [x, nu] = [numbers(24, 1).map(round), numbers(8, 2).map(round)];
    const base = [1, 2, 3, 2, 4, 5, 3, 5, 6, 9, 8, 7, 8, 6, 5, 7, 5, 4];
    const got = await b.run({
      kind: "gram",
      x: b.input(x, [2, 4, 3]),
      nu: b.input(nu, [2, 4]),
      base: b.input(base, [2, 3, 3]),
      alpha: 0.25,
      beta: 0.5,
      output: b.output([2, 3, 3]),
      label: "",
    });
    const wanted: number[] = [];
    for (let s = 0; s < 2; s++) {
      for (let p = 0; p < 3; p++) {
        for (let q = 0; q < 3; q++) {
          let sum = 0;
          for (let i = 0; i < 4; i++) {
            const row = 12 * s + 3 * i;
            sum += (nu[4 * s + i] as number) * (x[row + p] as number) * (x[row + q] as number);
          }
          wanted.push(0.25 * sum + 0.5 * (base[9 * s + 3 * p + q] as number));
        }
      }
    }
    const tolerance = b.float === "f64" ? 1e-14 : 2e-6;
    const worst = Math.max(...wanted.map((e, i) => Math.abs(e - (got[0]?.[i] as number))));
    t.ok(worst < tolerance, `largest difference ${worst}`);
  });
}

test("gram without weights and base, and of no rows", async (t) => {
  const b = bench();
  const step = { kind: "gram" as const, nu: null, base: null, alpha: 2, beta: 1, label: "" };
  const x = b.input([1, 2, 3, 4], [2, 2]);
  t.deepEqual(await b.run({ ...step, x, output: b.output([2, 2]) }), [[20, 28, 28, 40]]);
  const c = bench();
  const none = c.input([], [0, 2]);
  const base = c.input([1, 2, 2, 3], [2, 2]);
  t.deepEqual(await c.run({ ...step, x: none, base, output: c.output([2, 2]) }), [[1, 2, 2, 3]]);
});

test("gram shares rows between batches by stride 0", async (t) => {
  const b = bench();
  const x = { ...b.input([1, 2, 3, 4], [2, 2]), shape: [3, 2, 2], strides: [0, 2, 1] };
  const nu = b.input([1, 0, 0, 1, 1, 1], [3, 2]);
  const step = { kind: "gram" as const, base: null, alpha: 1, beta: 0, label: "" };
  const got = await b.run({ ...step, x, nu, output: b.output([3, 2, 2]) });
  t.deepEqual(got, [[1, 2, 2, 4, 9, 12, 12, 16, 10, 14, 14, 20]]);
});
