import { applyModel, positionalEmbedding } from "@metrigrad/nn";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

test("positionalEmbedding: the vector of each position is added to every sample", async (t) => {
  const model = positionalEmbedding(5, 2);
  const table = waves([5, 2], 1);
  for (const steps of [3, 5]) {
    const x = waves([2, steps, 2]);
    const got = await withValues(model, { table }, wavesNode([2, steps, 2]));
    const expected = Array.from(x, (v, i) => v + (table[i % (steps * 2)] as number));
    t.ok(gap(got, expected) < 1e-14, `${steps} steps`);
  }
});

test("positionalEmbedding: what does not fit is refused", (t) => {
  const model = positionalEmbedding(4, 2);
  t.throws(
    () => applyModel(model, wavesNode([2, 5, 2])),
    /positionalEmbedding: its input must be \[n, T, 2\] with T up to 4, got \[2, 5, 2\]/,
  );
  t.throws(() => applyModel(model, wavesNode([2, 3, 3])), /got \[2, 3, 3\]/);
  t.throws(() => positionalEmbedding(0, 2), /length and features must be positive integers/);
  t.end();
});
