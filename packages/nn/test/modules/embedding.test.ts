import { constant, grad, square, sum } from "@metrigrad/graph";
import { applyModel, constantInit, embedding } from "@metrigrad/nn";
import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { numbers } from "../support/evaluate.ts";
import { wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

const tokens = constant(tensor(Int32Array.of(0, 2, 1, 2), { shape: [2, 2] }));
const table = [1, 2, 3, 4, 5, 6];

test("embedding: the row of every token, whatever the shape of the tokens", async (t) => {
  const got = await withValues(embedding(3, 2), { table }, tokens);
  t.deepEqual(got, [1, 2, 5, 6, 3, 4, 5, 6]);
  t.deepEqual(applyModel(embedding(3, 2), tokens).output.shape, [2, 2, 2]);
  t.deepEqual(
    applyModel(embedding(3, 4), constant(tensor(Int32Array.of(1, 0)))).output.shape,
    [2, 4],
  );
});

test("embedding: the row of the padding index is zero and takes no gradient", async (t) => {
  const model = embedding(3, 2, { paddingIndex: 2, init: constantInit(3) });
  const init = model.params.table.init({ path: "table", seed: 1, shape: [3, 2] });
  t.deepEqual(Array.from(init), [3, 3, 3, 3, 0, 0]);
  t.deepEqual(await withValues(model, { table }, tokens), [1, 2, 0, 0, 3, 4, 0, 0]);
  const { output, parameters } = applyModel(model, tokens);
  const bars = grad(sum(square(output)), parameters[0]?.variable as never);
  t.deepEqual(await numbers(bars, { owner: model }), [6, 6, 6, 6, 0, 0]);
});

test("embedding: it starts standard normal, within four standard errors, seed 3", (t) => {
  const { table: spec } = embedding(50, 40).params;
  const values = Array.from(spec.init({ path: "table", seed: 3, shape: [50, 40] }));
  const variance = values.reduce((total, v) => total + v * v, 0) / values.length;
  t.ok(Math.abs(variance - 1) < 4 * Math.sqrt(2 / values.length), `variance ${variance}`);
  t.notOk(Math.abs(variance - 1.25) < 4 * Math.sqrt(2 / values.length), "and rings 25 % off");
  t.end();
});

test("embedding: what does not fit is refused", (t) => {
  t.throws(
    () => applyModel(embedding(3, 2), wavesNode([2, 2])),
    /embedding: tokens must be i32, got float/,
  );
  t.throws(() => embedding(3, 2, { paddingIndex: 3 }), /one of the vocabulary, got 3, 2 and 3/);
  t.throws(() => embedding(0, 2), ShapeError);
  t.throws(() => embedding(3, 2.5), /got 3, 2.5 and no padding index/);
  t.end();
});
