import test from "tape";
import { parseExpr } from "../../../src/expr/parse.ts";
import { bench, benches, emptyPlan, numbers, runPlan, stored } from "../bench.ts";

for (const [name, make] of benches) {
  test(`map fills several outputs, ${name}`, async (t) => {
    const b = make();
    const [x, y] = [numbers(24, 1), numbers(24, 2)].map((v) => v.map((e) => stored(e, b.float)));
    const shape = [2, 3, 4];
    const got = await b.run({
      kind: "map",
      shape,
      inputs: [b.input(x as number[], shape), b.input(y as number[], shape)],
      exprs: [parseExpr("(x, y) => x * y - 2"), parseExpr("(x, y) => x < y")],
      outputs: [b.output(shape), b.output(shape, "bool")],
      label: "",
    });
    const pairs = (x as number[]).map((e, i) => [e, y?.[i] as number] as const);
    t.deepEqual(
      got[0],
      pairs.map(([p, q]) => stored(p * q - 2, b.float)),
    );
    t.deepEqual(
      got[1],
      pairs.map(([p, q]) => (p < q ? 1 : 0)),
    );
  });
}

test("map broadcasts by stride 0, and computes integers exactly", async (t) => {
  const b = bench();
  const rows = { ...b.input([1, 2, 3], [3]), shape: [2, 3], strides: [0, 1] };
  const columns = { ...b.input([10, 20], [2]), shape: [2, 3], strides: [1, 0] };
  const words = b.input([4e9, 1, 2, 3, 4, 5], [2, 3], "u32");
  const [sums, wrapped] = await b.run({
    kind: "map",
    shape: [2, 3],
    inputs: [rows, columns, words],
    exprs: [
      parseExpr("(x, y, n) => x + y", { types: ["float", "float", "u32"] }),
      parseExpr("(x, y, n) => n * n + 1", { types: ["float", "float", "u32"] }),
    ],
    outputs: [b.output([2, 3]), b.output([2, 3], "u32")],
    label: "",
  });
  t.deepEqual(sums, [11, 12, 13, 21, 22, 23]);
  t.deepEqual(wrapped, [Number((4_000_000_000n ** 2n + 1n) % 2n ** 32n), 2, 5, 10, 17, 26]);
});

test("map takes scalars and nothing", async (t) => {
  for (const [shape, values, wanted] of [
    [[], [3], [9]],
    [[0, 2], [], []],
  ] as const) {
    const b = bench();
    const step = {
      kind: "map" as const,
      shape,
      inputs: [b.input(values, shape)],
      exprs: [parseExpr("x * x")],
      outputs: [b.output(shape)],
      label: "",
    };
    t.deepEqual(await b.run(step), [wanted]);
  }
});

test("map works in place", async (t) => {
  const whole = { buffer: 1, shape: [3], strides: [1], offset: 0 };
  const map = (input: typeof whole, source: string) => ({
    kind: "map" as const,
    shape: [3],
    inputs: [input],
    exprs: [parseExpr(source)],
    outputs: [whole],
    label: "",
  });
  const data = new Float64Array([1, 2, 3]);
  const [got] = await runPlan({
    ...emptyPlan,
    buffers: [
      { dtype: "f64", size: 3, place: { kind: "constant", data }, label: "" },
      { dtype: "f64", size: 3, place: { kind: "output" }, label: "" },
    ],
    steps: [map({ ...whole, buffer: 0 }, "x + 1"), map(whole, "x * x")],
    outputs: [whole],
  });
  t.deepEqual([...(got as Float64Array)], [4, 9, 16]);
});
