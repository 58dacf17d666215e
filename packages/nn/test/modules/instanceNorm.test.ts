import { applyModel, instanceNorm } from "@metrigrad/nn";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";
import { standardBy } from "../support/standard.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

test("instanceNorm: every sample and channel by itself, without parameters unless asked for", async (t) => {
  for (const shape of [
    [2, 3, 4],
    [2, 3, 2, 5],
  ]) {
    const inner = shape.slice(2).reduce((a, b) => a * b, 1);
    const standard = standardBy(waves(shape), (i) => Math.floor(i / inner), 1e-5);
    const bare = instanceNorm(3);
    t.deepEqual(bare.variables, []);
    t.ok(gap(await numbers(applyModel(bare, wavesNode(shape)).output), standard) < 1e-12);
    const [scale, offset] = [waves([3], 1), waves([3], 2)];
    const got = await withValues(
      instanceNorm(3, { affine: true }),
      { scale, offset },
      wavesNode(shape),
    );
    const channelOf = (i: number) => Math.floor(i / inner) % 3;
    const expected = standard.map(
      (v, i) => v * (scale[channelOf(i)] as number) + (offset[channelOf(i)] as number),
    );
    t.ok(gap(got, expected) < 1e-12);
  }
});

test("instanceNorm: an input without positions or of another width is refused", (t) => {
  t.throws(
    () => applyModel(instanceNorm(3), wavesNode([2, 3])),
    /instanceNorm: its input must be \[n, 3, …\], got \[2, 3\]/,
  );
  t.throws(() => applyModel(instanceNorm(3), wavesNode([2, 4, 5])), /got \[2, 4, 5\]/);
  t.throws(() => instanceNorm(-1), /sizes must be positive integers/);
  t.end();
});
