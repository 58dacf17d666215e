import { constant } from "@metrigrad/graph";
import { applyModel, layerNorm } from "@metrigrad/nn";
import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";
import { standardBy } from "../support/standard.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

test("layerNorm: over the last axis, worked out by hand", async (t) => {
  const x = constant(
    tensor([
      [1, 3],
      [2, 2],
    ]),
  );
  const model = layerNorm(2, { epsilon: 3 });
  // μ = 2, σ² = 1, √(1 + 3) = 2; without spread 0.
  const own = await numbers(applyModel(model, x).output, { owner: model });
  t.ok(gap(own, [-0.5, 0.5, 0, 0]) < 1e-14);
});

test("layerNorm: over one axis and over several, with scale and offset", async (t) => {
  const shape = [2, 3, 4];
  const x = waves(shape);
  for (const [features, inner] of [
    [4, 4],
    [[3, 4], 12],
  ] as const) {
    const model = layerNorm(features);
    const [scale, offset] = [waves([inner], 1), waves([inner], 2)];
    const got = await withValues(model, { scale, offset }, wavesNode(shape));
    const standard = standardBy(x, (i) => Math.floor(i / inner), 1e-5);
    const expected = standard.map(
      (v, i) => v * (scale[i % inner] as number) + (offset[i % inner] as number),
    );
    t.ok(gap(got, expected) < 1e-12, String(features));
  }
});

test("layerNorm: without scale and offset, and what L2 leaves out", (t) => {
  t.deepEqual(layerNorm(3, { affine: false }).variables, []);
  const { parameters } = applyModel(layerNorm(3), wavesNode([2, 3]));
  t.deepEqual(
    parameters.map(({ path, decay }) => [path, decay]),
    [
      ["scale", "none"],
      ["offset", "none"],
    ],
  );
  t.deepEqual(layerNorm(3).options, { shape: [3], epsilon: 1e-5, affine: true });
  t.end();
});

test("layerNorm: sizes that do not fit are refused", (t) => {
  t.throws(
    () => applyModel(layerNorm([3, 4]), wavesNode([2, 4])),
    /layerNorm: its input must be \[n, …, 3, 4\], got \[2, 4\]; give it the sizes/,
  );
  t.throws(() => applyModel(layerNorm(2), wavesNode([2])), /got \[2\]/, "no samples");
  t.throws(() => layerNorm(0), /layerNorm: sizes must be positive integers and epsilon positive/);
  t.throws(() => layerNorm([]), /got no size and/);
  t.throws(() => layerNorm(2, { epsilon: 0 }), ShapeError);
  t.end();
});
