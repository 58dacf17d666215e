import { constant } from "@metrigrad/graph";
import { applyModel, rmsNorm } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";
import { standardBy } from "../support/standard.ts";
import { waves, wavesNode } from "../support/waves.ts";
import { withValues } from "../support/withValues.ts";

test("rmsNorm: x over its root mean square, worked out by hand", async (t) => {
  const model = rmsNorm(2, { epsilon: 11.5 });
  // mean x² = 12.5, √(12.5 + 11.5) = 4.898979486.
  const { output } = applyModel(model, constant(tensor([[3, 4]])));
  t.ok(gap(await numbers(output, { owner: model }), [0.6123724357, 0.8164965809]) < 1e-9);
});

test("rmsNorm: over one axis and over several, with a scale and no offset", async (t) => {
  const shape = [2, 3, 4];
  for (const [features, inner] of [
    [4, 4],
    [[3, 4], 12],
  ] as const) {
    const model = rmsNorm(features);
    const scale = waves([inner], 1);
    const got = await withValues(model, { scale }, wavesNode(shape));
    const standard = standardBy(waves(shape), (i) => Math.floor(i / inner), 2 ** -23, false);
    const expected = standard.map((v, i) => v * (scale[i % inner] as number));
    t.ok(gap(got, expected) < 1e-12, String(features));
  }
  t.deepEqual(
    rmsNorm(3).variables.map(({ path }) => path),
    ["scale"],
  );
  t.deepEqual(rmsNorm(3, { affine: false }).variables, []);
});

test("rmsNorm: sizes that do not fit are refused", (t) => {
  t.throws(
    () => applyModel(rmsNorm(3), wavesNode([2, 4])),
    /rmsNorm: its input must be \[n, …, 3\], got \[2, 4\]/,
  );
  t.throws(() => rmsNorm(1.5), /rmsNorm: sizes must be positive integers/);
  t.end();
});
