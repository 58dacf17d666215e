import { mul, type Node, square, tanh } from "@metrigrad/graph";
import { applyModel, dense, lambda, parallel, sequential } from "@metrigrad/nn";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";

const x = waves([2, 3]);
const node = wavesNode([2, 3]);
const [left, right] = [lambda(tanh), lambda(square)];
const tanhs = Array.from(x, Math.tanh);
const squares = Array.from(x, (v) => v * v);

test("parallel: results as a list or a record", async (t) => {
  const list = applyModel(parallel([left, right]), node).output;
  const [a, b]: readonly Node[] = list;
  const record: { up: Node; down: Node } = applyModel(
    parallel({ up: left, down: right }),
    node,
  ).output;
  const values = await evaluate([a as Node, b as Node, record.up, record.down]);
  const expected = [tanhs, squares, tanhs, squares];
  for (const [k, value] of values.entries())
    t.ok(gap(value.data(), expected[k] as number[]) < 1e-15);
});

test("parallel: results joined", async (t) => {
  const of = (join: "concat" | "sum" | "product", axis = -1) =>
    numbers(applyModel(parallel([left, right], { join, axis }), node).output);
  const rows = (values: readonly number[], s: number) => values.slice(3 * s, 3 * s + 3);
  const beside = [0, 1].flatMap((s) => [...rows(tanhs, s), ...rows(squares, s)]);
  t.ok(gap(await of("concat"), beside) < 1e-15);
  t.ok(gap(await of("concat", 1), beside) < 1e-15);
  t.ok(gap(await of("concat", 0), [...tanhs, ...squares]) < 1e-15);
  t.ok(
    gap(
      await of("sum"),
      tanhs.map((v, i) => v + (squares[i] as number)),
    ) < 1e-15,
  );
  t.ok(
    gap(
      await of("product"),
      tanhs.map((v, i) => v * (squares[i] as number)),
    ) < 1e-15,
  );
});

test("parallel: paths follow the names", (t) => {
  const paths = (model: { readonly variables: readonly { readonly path: string }[] }) =>
    model.variables.map(({ path }) => path);
  t.deepEqual(paths(parallel({ mean: dense(2, 1), scale: dense(2, 1) })), ["mean/w", "scale/w"]);
  t.deepEqual(paths(sequential(parallel([dense(2, 1), dense(2, 1)]))), [
    "parallel0/dense0/w",
    "parallel0/dense1/w",
  ]);
  t.end();
});

test("parallel: what does not fit is refused", (t) => {
  t.throws(() => parallel([]), /parallel: there must be a module, .* got 0 modules, tree and -1/);
  t.throws(() => parallel([left], { join: "mean" as "sum" }), /got 1 modules, mean and -1/);
  const pair = parallel([left, right]);
  t.throws(
    () => applyModel(parallel({ pair, left }, { join: "sum" }), node),
    /parallel: with join sum every module must give one value, got a tree of values by pair/,
  );
  t.throws(
    () => parallel([mul as never]),
    /parallel: every argument must be a module, got the function/,
  );
  t.end();
});
