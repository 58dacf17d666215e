import { constant, input, tanh } from "@metrigrad/graph";
import {
  type AnyModule,
  applyModel,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";

const image = constant(
  tensor([
    [
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ],
  ]),
);

test("conv2d: the last row of the weight is the bias, the others are those of a patch", async (t) => {
  const init = ({ shape }: { readonly shape: readonly number[] }) => {
    t.deepEqual(shape, [4, 2], "weights without the bias");
    return [1, 0, 10, 0, 100, 0, 1000, 1];
  };
  const layer = conv2d(1, 2, 2, { init });
  const { output } = applyModel(layer, image);
  t.deepEqual(output.shape, [1, 2, 2, 2]);
  const got = await numbers(output, { owner: layer });
  t.deepEqual(got, [5421, 6532, 8754, 9865, 5, 6, 8, 9], "worked out by hand");
  const same = conv2d(1, 1, [3, 1], { padding: "same", bias: false, init: () => [1, 10, 100] });
  t.equal(same.params.w.shape[0], 3, "no row for a bias");
  t.equal(same.params.w.decay, "all");
  t.deepEqual(
    await numbers(applyModel(same, image).output, { owner: same }),
    [410, 520, 630, 741, 852, 963, 74, 85, 96],
  );
});

test("conv modules: shapes as PyTorch's, for all numbers of axes", (t) => {
  const cases: readonly (readonly [AnyModule, readonly number[], readonly number[]])[] = [
    [conv1d(2, 4, 3, { stride: 2, padding: 1 }), [5, 2, 9], [5, 4, 5]],
    [conv2d(4, 6, 3, { dilation: 2, groups: 2 }), [5, 4, 9, 8], [5, 6, 5, 4]],
    [conv3d(2, 3, [1, 2, 3]), [5, 2, 4, 4, 4], [5, 3, 4, 3, 2]],
    [convTranspose1d(2, 3, 3, { stride: 2, outputPadding: 1 }), [5, 2, 4], [5, 3, 10]],
    [convTranspose2d(4, 2, 4, { stride: 2, padding: 1, groups: 2 }), [5, 4, 4, 3], [5, 2, 8, 6]],
    [convTranspose3d(1, 2, 2), [5, 1, 2, 3, 4], [5, 2, 3, 4, 5]],
  ];
  for (const [module, given, wanted] of cases) {
    const { output } = applyModel(module as never, input("x", given));
    t.deepEqual((output as { readonly shape: unknown }).shape, wanted, module.definition.spec.name);
  }
  t.end();
});

test("convTranspose2d: each element of x spreads a kernel, and the bias is added once", async (t) => {
  const layer = convTranspose2d(1, 1, 2, { init: () => [1, 10, 100, 1000] });
  const x = constant(
    tensor([
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ]),
  );
  t.deepEqual(
    await numbers(applyModel(layer, x).output, { owner: layer }),
    [1, 12, 20, 103, 1234, 2040, 300, 3400, 4000],
  );
});

test("conv modules: initial values within PyTorch's bounds, and an activation", async (t) => {
  const fan = [
    [conv2d(3, 8, 5, { groups: 1 }), 3 * 25],
    [conv1d(4, 8, 3, { groups: 2 }), 2 * 3],
    // PyTorch counts the outputs of a transposed convolution.
    [convTranspose2d(3, 8, 2), 8 * 4],
  ] as const;
  for (const [{ params, definition }, count] of fan) {
    const { init, shape } = params.w;
    const values = Array.from(init({ path: "w", seed: 3, shape }));
    const most = Math.max(...values.map(Math.abs)) * Math.sqrt(count);
    t.ok(most <= 1 && most > 0.9, `${definition.spec.name}: ${most}`);
    t.equal(
      values.length,
      shape.reduce((size, n) => size * n, 1),
    );
  }
  const linear = conv2d(1, 1, 3, { init: () => new Array(9).fill(0.01) });
  const bent = conv2d(1, 1, 3, { init: () => new Array(9).fill(0.01), activation: tanh });
  const [t0] = await numbers(applyModel(linear, image).output, { owner: linear });
  const [h0] = await numbers(applyModel(bent, image).output, { owner: bent });
  t.ok(gap([t0 as number], [0.45]) < 1e-7 && gap([h0 as number], [Math.tanh(0.45)]) < 1e-7);
});

test("conv modules: say what they want", (t) => {
  t.throws(
    () => conv2d(3, 0, 3),
    /^ShapeError: conv2d: channels and lengths of the kernel must be positive integers, one length or 2, got 3, 0, 3; call conv2d\(inputs, outputs, 3, \{ padding: 1 \}\)/,
  );
  t.throws(() => conv3d(1, 1, [3, 3]), /one length or 3, got 1, 1, \[3,3\]/);
  t.throws(
    () => conv1d(3, 4, 3, { groups: 2 }),
    /^ShapeError: conv1d: groups must divide the channels of input and output, got 2 groups for 3 and 4 channels/,
  );
  t.throws(
    () => applyModel(conv2d(3, 4, 3), input("x", [2, 8, 8, 3])),
    /^ShapeError: conv2d: its input must be \[n, 3, height, width\], got \[2, 8, 8, 3\]/,
  );
  t.throws(
    () => applyModel(conv2d(1, 1, 4), image),
    /^ShapeError: conv2d: a patch of \[4, 4\] must fit in the input, got \[3, 3\]/,
  );
  t.throws(
    () => applyModel(conv2d(1, 1, 2, { padding: "same", stride: 2 }), image),
    /padding "same" must come with stride 1, got \[2, 2\]/,
  );
  t.throws(
    () => applyModel(convTranspose1d(1, 1, 2, { outputPadding: 1 }), input("x", [1, 1, 3])),
    /outputPadding must be below stride or dilation/,
  );
  t.end();
});
