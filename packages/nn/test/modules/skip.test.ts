import { tanh } from "@metrigrad/graph";
import { applyModel, dense, lambda, sequential, skip } from "@metrigrad/nn";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

test("skip: x + f(x)", async (t) => {
  const x = waves([2, 3]);
  const got = await numbers(applyModel(skip(lambda(tanh)), wavesNode([2, 3])).output);
  const expected = Array.from(x, (v) => v + Math.tanh(v));
  t.ok(gap(got, expected) < 1e-15);
});

test("skip: with a projection where the width changes", async (t) => {
  const model = sequential(skip(dense(2, 1), dense(2, 1)));
  t.deepEqual(
    model.variables.map(({ path }) => path),
    ["skip0/dense0/w", "skip0/dense1/w"],
  );
  const values = { "skip0/dense0/w": [1, 2, 3], "skip0/dense1/w": [10, 20, 30] };
  const got = await withValues(model, values, wavesNode([4, 2]));
  const x = waves([4, 2]);
  const expected = Array.from(
    { length: 4 },
    (_, s) => 11 * (x[2 * s] as number) + 22 * (x[2 * s + 1] as number) + 33,
  );
  t.ok(gap(got, expected) < 1e-13);
});

test("skip: what does not fit is refused", (t) => {
  t.throws(
    () => applyModel(skip(dense(2, 3)), wavesNode([4, 2])),
    /skip: what is added must have the same shape, got \[4, 2\] and \[4, 3\]; give it a projection/,
  );
  t.throws(() => applyModel(skip(dense(2, 1)), wavesNode([4, 2])), /got \[4, 2\] and \[4, 1\]/);
  t.throws(
    () => skip(tanh as never),
    /skip: every argument must be a module, got the function tanh/,
  );
  t.end();
});
