import { add, input, mean, mul, type Node, normal, sum } from "@metrigrad/graph";
import {
  applyModel,
  batchNorm,
  categorical,
  defModule,
  dense,
  gaussian,
  joint,
  type Module,
  sequential,
} from "@metrigrad/nn";
import {
  DataError,
  GraphError,
  reference,
  ShapeError,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import test from "tape";
import { evaluate, predict } from "../src/index.ts";
import { rejects } from "./rejects.ts";
import { toyData, toyModel } from "./toy.ts";

const model = sequential(dense(2, 4, { activation: "tanh" }), batchNorm(4), dense(4, 3)) as Module;
const inputs = (rows: number) =>
  tensor(
    Float64Array.from({ length: 2 * rows }, (_, at) => Math.sin(at)),
    { shape: [rows, 2] },
  );

test("predict gives what applyModel gives, for any number of rows and any size of chunks", async (t) => {
  const store = await (await reference()).store(model, { seed: 4 });
  for (const rows of [1, 2, 7, 23]) {
    const x = inputs(rows);
    const wanted = await evaluate(applyModel(model, x).output, { store });
    for (const batchSize of [undefined, 1, 3, 7, 1000]) {
      const got = await predict(model, store, x, batchSize === undefined ? {} : { batchSize });
      t.deepEqual(got.toArray(), wanted.toArray(), `${rows} rows by ${batchSize}`);
      t.equal(got.dtype, wanted.dtype);
    }
  }
  t.deepEqual((await predict(model, store, inputs(0))).shape, [0, 3]);
  t.ok(store.variables.every(({ spec }) => spec.role !== "data"));
});

test("predict takes a split, its scale and a likelihood", async (t) => {
  const data = toyData();
  const own = toyModel();
  const store = await (await reference()).store(own, { seed: 4 });
  const { inputScale } = data;
  const scaled = mul(
    tensor(Float64Array.from(data.test?.inputs.data() ?? []), { shape: [15, 2] }),
    1 / 255,
  );
  const output = await evaluate(applyModel(own, scaled).output, { store });
  const split = data.test as NonNullable<typeof data.test>;
  const got = await predict(own, store, split, { inputScale });
  t.deepEqual(got.toArray(), output.toArray());
  t.deepEqual((await predict(own, store, split)).toArray(), output.toArray());
  const twice = await predict(own, store, split, { inputScale: 2 / 255 });
  t.notDeepEqual(twice.toArray(), output.toArray(), "an option goes before what the split says");
  const labels = await predict(own, store, split, { inputScale, likelihood: categorical() });
  t.equal(labels.dtype, "i32");
  const best = (output.toArray() as number[][]).map((row) => row.indexOf(Math.max(...row)));
  t.deepEqual(labels.toArray(), best);
});

test("predict: trees in, trees out", async (t) => {
  const parts = defModule({
    name: "parts",
    apply: (_, [a, b]: readonly [Node, Node]) => ({
      response: { sum: add(a, b), twice: [mul(a, 2)] },
    }),
  })();
  const store = await (await reference()).store(parts);
  const got = await predict(parts, store, [tensor([1, 2, 3]), tensor([10, 20, 30])], {
    batchSize: 2,
  });
  t.deepEqual(got.sum.toArray(), [11, 22, 33]);
  t.deepEqual((got.twice as readonly Tensor[])[0]?.toArray(), [2, 4, 6]);
  const law = joint({ a: categorical(), b: gaussian() });
  const both = defModule({
    name: "both",
    apply: (_, x: Node) => ({ response: { a: x, b: mul(x, 3) } }),
  })();
  const y = await predict(
    both,
    store,
    tensor([
      [1, 2],
      [3, 0],
    ]),
    { likelihood: law },
  );
  t.deepEqual(
    [y.a.toArray(), y.b.toArray()],
    [
      [1, 0],
      [
        [3, 6],
        [9, 0],
      ],
    ],
  );
});

test("predict says what is wrong", async (t) => {
  const store = await (await reference()).store(model, { seed: 4 });
  await rejects(
    t,
    predict(toyModel(), store, inputs(3)),
    GraphError,
    /predict: the store must have every variable/,
  );
  await rejects(
    t,
    predict(model, store, inputs(3), { batchSize: 0 }),
    GraphError,
    /batchSize must be a positive integer, got 0/,
  );
  await rejects(
    t,
    predict(model, store, inputs(3), { rows: 3 } as never),
    GraphError,
    /options must be among batchSize, .*got rows/,
  );
  await rejects(
    t,
    predict(model, store, [inputs(3), inputs(2)]),
    DataError,
    /every leaf must have as many rows/,
  );
  const whole = defModule({ name: "whole", apply: (_, x: Node) => mean(x) })();
  await rejects(
    t,
    predict(whole, store, inputs(3)),
    ShapeError,
    /the output must have a value per row, \[3, …\] for 3 rows, got \[\]/,
  );
  const control = new AbortController();
  control.abort(new Error("enough"));
  await rejects(t, predict(model, store, inputs(3), { signal: control.signal }), Error, /enough/);
});

test("evaluate reads a node, a list or a record, and leaves nothing behind", async (t) => {
  const store = await (await reference()).store(model, { seed: 4 });
  const x = applyModel(model, inputs(3)).output;
  const one = await evaluate(sum(x), { store });
  const [total, twice] = await evaluate([sum(x), mul(sum(x), 2)], { store });
  const { a } = await evaluate({ a: sum(x), b: x }, { store });
  t.deepEqual(
    [total?.item(), (twice?.item() ?? 0) / 2, a.item()],
    [one.item(), one.item(), one.item()],
  );
  const doubled = await evaluate(mul(input("x", [2]), 2), { store, feeds: { x: [1, 4] } });
  t.deepEqual(doubled.toArray(), [2, 8]);
  const other = await (await reference()).store([]);
  await rejects(
    t,
    evaluate(x, { store: other }),
    GraphError,
    /the store must have every parameter of the graph/,
  );
  const draws = await evaluate(normal([3], { key: "a" }), { store });
  t.notDeepEqual(
    (await evaluate(normal([3], { key: "a" }), { store })).toArray(),
    draws.toArray(),
    "draws go on",
  );
});
