import { applyModel, groupNorm } from "@metrigrad/nn";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { standardBy } from "../support/standard.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

for (const [shape, groups] of [
  [[2, 4, 2, 3], 2],
  [[2, 4, 2, 3], 1],
  [[2, 4, 2, 3], 4],
  [[3, 6], 2],
] as const) {
  test(`groupNorm: ${groups} groups of [${shape}], by loops over samples and groups`, async (t) => {
    const channels = shape[1];
    const inner = shape.slice(2).reduce((a, b) => a * b, 1);
    const channelOf = (i: number) => Math.floor(i / inner) % channels;
    const keyOf = (i: number) => {
      const group = Math.floor(channelOf(i) / (channels / groups));
      return `${Math.floor(i / (inner * channels))}, ${group}`;
    };
    const model = groupNorm(groups, channels);
    const [scale, offset] = [waves([channels], 1), waves([channels], 2)];
    const got = await withValues(model, { scale, offset }, wavesNode(shape));
    const expected = standardBy(waves(shape), keyOf, 1e-5).map(
      (v, i) => v * (scale[channelOf(i)] as number) + (offset[channelOf(i)] as number),
    );
    t.ok(gap(got, expected) < 1e-12);
  });
}

test("groupNorm: sizes that do not fit are refused", (t) => {
  t.throws(
    () => groupNorm(3, 4),
    /groupNorm: channels must be a multiple of the groups, got 4 channels and 3 groups/,
  );
  t.throws(
    () => applyModel(groupNorm(2, 4), wavesNode([2, 3, 5])),
    /groupNorm: its input must be \[n, 4\] or \[n, 4, …\], got \[2, 3, 5\]/,
  );
  t.throws(() => groupNorm(0, 4), /sizes must be positive integers/);
  t.deepEqual(groupNorm(2, 4, { affine: false }).variables, []);
  t.end();
});
