import { add, type Node, relu, square } from "@metrigrad/graph";
import { applyModel, dense, lambda, sequential } from "@metrigrad/nn";
import test from "tape";
import { numbers } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";

test("lambda: a function stands among modules", async (t) => {
  const x = waves([2, 3]);
  const { output } = applyModel(sequential(lambda(square), lambda(relu)), wavesNode([2, 3]));
  t.deepEqual(
    await numbers(output),
    Array.from(x, (v) => v * v),
  );
  const model = sequential(lambda(relu), dense(3, 2));
  t.deepEqual(
    model.variables.map(({ path }) => path),
    ["dense0/w"],
  );
});

test("lambda: from trees to trees", async (t) => {
  const sum = lambda(({ a, b }: { readonly a: Node; readonly b: Node }) => add(a, b));
  const { output } = applyModel(sum, { a: wavesNode([2]), b: wavesNode([2]) });
  t.deepEqual(
    await numbers(output),
    Array.from(waves([2]), (v) => 2 * v),
  );
});

test("lambda: what is no function is refused", (t) => {
  t.throws(
    () => lambda(3 as never),
    /lambda: it must be a function of nodes, got 3; call lambda\(relu\)/,
  );
  t.end();
});
