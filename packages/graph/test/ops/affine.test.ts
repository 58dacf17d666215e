/** Rows of all leading axes are one product, and its weight takes one gradient. */
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { affine, constant, grad, input, mul, sum } from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";

test("affine: on [n, T, d] it is the product of n·T rows", async (t) => {
  const x = input("x", [2, 2, 1]);
  const w = input("w", [2, 2]);
  const y = affine(x, w);
  t.deepEqual(y.shape, [2, 2, 2]);
  t.deepEqual(affine(input("z", [2, 3, 4, 1]), w).shape, [2, 3, 4, 2]);
  const bars = constant(
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]),
  );
  const loss = sum(mul(y, bars));
  const [value, forX, forW] = await evaluate([y, grad(loss, x), grad(loss, w)], {
    x: [
      [[1], [2]],
      [[3], [4]],
    ],
    w: [
      [10, 20],
      [1, 2],
    ],
  });
  t.deepEqual(value?.toArray(), [
    [
      [11, 22],
      [21, 42],
    ],
    [
      [31, 62],
      [41, 82],
    ],
  ]);
  t.ok(gap(forX?.data() ?? [], [50, 110, 170, 230]) < 1e-12, "ȳW' of each row");
  // Σ xȳ over the four rows, and Σ ȳ for the bias.
  t.ok(gap(forW?.data() ?? [], [1 + 6 + 15 + 28, 2 + 8 + 18 + 32, 16, 20]) < 1e-12);
});

test("affine: sizes that do not fit are refused", (t) => {
  const w = input("w", [3, 2]);
  for (const shape of [[5, 3], [3], [], [2, 5, 3]]) {
    t.throws(
      () => affine(input("x", shape), w),
      /^ShapeError: affine: x must be \[\.\.\., n, d\] and w \[d \+ 1, m\], the bias in its last row, got .* and \[3, 2\]; check the number of inputs/,
      `[${shape}]`,
    );
  }
  t.throws(() => affine(input("x", [5, 2]), input("w", [3])), /^ShapeError: affine: x must be/);
  t.end();
});
