import { applyModel, flatten } from "@metrigrad/nn";
import test from "tape";
import { numbers } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";

test("flatten: all axes but the first, or some", async (t) => {
  const x = wavesNode([2, 3, 4, 5]);
  const shapeOf = (...axes: readonly number[]) => applyModel(flatten(...axes), x).output.shape;
  t.deepEqual(shapeOf(), [2, 60]);
  t.deepEqual(shapeOf(2), [2, 3, 20]);
  t.deepEqual(shapeOf(1, 2), [2, 12, 5]);
  t.deepEqual(shapeOf(1, -2), [2, 12, 5]);
  t.deepEqual(shapeOf(2, 2), [2, 3, 4, 5]);
  t.deepEqual(applyModel(flatten(), wavesNode([2])).output.shape, [2, 1]);
  t.deepEqual(
    await numbers(applyModel(flatten(), x).output),
    Array.from(waves([2, 3, 4, 5])),
    "row-major",
  );
  t.end();
});

test("flatten: axes that are none of the input's are refused", (t) => {
  t.throws(
    () => flatten(0),
    /flatten: axes must be integers, and the first one 1 at least, got 0 and -1/,
  );
  t.throws(
    () => applyModel(flatten(3), wavesNode([2, 3])),
    /flatten: its input must have the axes 3 to -1, in this order, got \[2, 3\]/,
  );
  t.throws(() => applyModel(flatten(2, 1), wavesNode([2, 3, 4])), /the axes 2 to 1/);
  t.end();
});
