import { constant, input } from "@metrigrad/graph";
import { applyModel, dense, sequential, upsample } from "@metrigrad/nn";
import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { numbers } from "../support/evaluate.ts";

const image = constant(tensor([[[[1, 3]]]]));

test("upsample: nearest by default, or another mode of interpolate", async (t) => {
  const doubled = applyModel(upsample({ scale: 2 }), image).output;
  t.deepEqual(doubled.shape, [1, 1, 2, 4]);
  t.deepEqual(await numbers(doubled), [1, 1, 3, 3, 1, 1, 3, 3]);
  const straight = upsample({ size: [1, 3], mode: "bilinear", alignCorners: true });
  t.deepEqual(await numbers(applyModel(straight, image).output), [1, 2, 3]);
  const within = sequential(upsample({ scale: [1, 2] }), dense(4, 2));
  t.deepEqual(applyModel(within, image).output.shape, [1, 1, 1, 2]);
});

test("upsample: options and inputs that do not fit are refused", (t) => {
  const neither =
    /^ShapeError: upsample: one of size and scale must be given, got {}; call upsample/;
  t.throws(() => upsample({}), neither);
  t.throws(() => upsample({ size: 2, scale: 2 }), ShapeError);
  t.throws(
    () => upsample({ scale: 2, mode: "cubic" as never }),
    /^ShapeError: upsample: mode must be one of nearest, linear, bilinear, trilinear, bicubic, got "cubic"; correct the name/,
  );
  t.throws(
    () => applyModel(upsample({ scale: 2, mode: "bilinear" }), input("x", [2, 3, 4])),
    /ShapeError: .*interpolate: bilinear must have values \[n, c, …\] with 2 axes after the second, got \[2, 3, 4\]/,
  );
  t.end();
});
