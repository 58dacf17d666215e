import { constant, input } from "@metrigrad/graph";
import {
  type AnyModule,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  applyModel,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  flatten,
  globalAvgPool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { numbers } from "../support/evaluate.ts";

const x = constant(
  tensor([
    [
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10, 11, 12],
      ],
    ],
  ]),
);

test("pools: values worked out by hand", async (t) => {
  const cases: readonly (readonly [AnyModule, readonly number[], readonly number[]])[] = [
    [maxPool2d(2), [1, 1, 1, 2], [6, 8]],
    [maxPool2d([1, 3], { stride: 1 }), [1, 1, 3, 2], [3, 4, 7, 8, 11, 12]],
    [avgPool2d(2, { ceilMode: true }), [1, 1, 2, 2], [3.5, 5.5, 9.5, 11.5]],
    [avgPool2d([3, 2], { padding: [1, 0], countIncludePad: false }), [1, 1, 1, 2], [3.5, 5.5]],
    [adaptiveAvgPool2d([1, 2]), [1, 1, 1, 2], [5.5, 7.5]],
    [adaptiveMaxPool2d([2, 1]), [1, 1, 2, 1], [8, 12]],
    [globalAvgPool(), [1, 1], [6.5]],
    [globalMaxPool(), [1, 1], [12]],
    [flatten(), [1, 12], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ];
  for (const [module, shape, values] of cases) {
    const { output } = applyModel(module as never, x) as { output: typeof x };
    const { name } = module.definition.spec;
    t.deepEqual(output.shape, shape, `${name}: shape`);
    const got = await numbers(output, { owner: module });
    t.ok(
      got.every((value, i) => Math.abs(value - (values[i] as number)) < 1e-6),
      `${name}: ${got}`,
    );
  }
});

test("pools: shapes as PyTorch's, for one axis and three", (t) => {
  const cases: readonly (readonly [AnyModule, readonly number[], readonly number[]])[] = [
    [maxPool1d(3, { stride: 2, padding: 1 }), [2, 3, 9], [2, 3, 5]],
    [avgPool1d(4), [2, 3, 9], [2, 3, 2]],
    [maxPool3d(2), [2, 3, 4, 5, 6], [2, 3, 2, 2, 3]],
    [avgPool3d([1, 2, 3]), [2, 3, 4, 5, 6], [2, 3, 4, 2, 2]],
    [adaptiveAvgPool1d(4), [2, 3, 9], [2, 3, 4]],
    [adaptiveMaxPool1d(2), [2, 3, 9], [2, 3, 2]],
    [flatten(2), [2, 3, 4, 5], [2, 3, 20]],
  ];
  for (const [module, given, wanted] of cases) {
    const { output } = applyModel(module as never, input("x", given));
    t.deepEqual((output as { readonly shape: unknown }).shape, wanted, module.definition.spec.name);
  }
  t.end();
});

test("pools: say what they want", (t) => {
  const given = input("x", [2, 3, 4, 4]);
  t.throws(
    () => applyModel(maxPool2d(5), given),
    /^ShapeError: maxPool2d: a window must fit in the input, and padding be at most half of it, got windows of 5 with padding 0 on 4 places/,
  );
  t.throws(() => applyModel(avgPool2d(2, { padding: 2 }), given), /padding be at most half/);
  t.throws(
    () => applyModel(maxPool1d(2), given),
    /^ShapeError: maxPool1d: x must be \[n, channels, 1 more axis\], got \[2, 3, 4, 4\]/,
  );
  t.throws(
    () => applyModel(adaptiveAvgPool2d(0), given),
    /^ShapeError: adaptiveAvgPool2d: size must be an integer from 1 on, or a list of 2, got 0/,
  );
  t.throws(
    () => applyModel(globalAvgPool(), input("x", [2, 3])),
    /^ShapeError: globalAvgPool: its input must be \[n, c, …\] with lengths after the channels, got \[2, 3\]/,
  );
  t.end();
});
