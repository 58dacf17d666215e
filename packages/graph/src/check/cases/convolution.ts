import type { Tensor } from "@metrigrad/tensor";
import {
  affinePatches,
  type ConvBiasOptions,
  type ConvTransposeOptions,
  contract,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  scan,
  windows,
} from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { convolved, indices, type Numbers, spreadOut } from "./convolutionLoops.ts";
import { at, filled, spread } from "./values.ts";

function convCase(
  name: string,
  given: readonly number[],
  weight: readonly number[],
  numbers: Numbers = {},
): OpCase {
  const [x, w, b] = [
    spread(given, -1, 1, 1),
    spread(weight, -1, 1, 2),
    spread([weight[0] as number], -1, 1, 3),
  ];
  return { name, inputs: [x, w, b], value: convolved(x, w, b, numbers) };
}

function transposedCase(
  name: string,
  given: readonly number[],
  weight: readonly number[],
  numbers: Numbers & { extra?: number } = {},
): OpCase {
  const [x, w] = [spread(given, -1, 1, 1), spread(weight, -1, 1, 2)];
  return { name, inputs: [x, w], value: spreadOut(x, w, numbers) };
}

type Conv = typeof conv2d;
type ConvTranspose = typeof convTranspose2d;

const conv = (op: string, f: Conv, options: ConvBiasOptions, one: OpCase): OpRow => ({
  op,
  f: (x, w, bias) => f(x, w, { ...options, bias }),
  cases: [one],
});

const transposed = (
  op: string,
  f: ConvTranspose,
  options: ConvTransposeOptions,
  one: OpCase,
): OpRow => ({ op, f: (x, w) => f(x, w, options), cases: [one] });

/** Makes the case of a convolution whose weights are rows of patches, with a 1 for the bias. */
function packed({ name, inputs, value }: OpCase, groups: number): OpCase {
  const [x, w, b] = inputs as [Tensor, Tensor, Tensor];
  const [outputs = 0, ...rest] = w.shape;
  const taps = [...indices(rest)];
  const rows = filled([taps.length + 1, outputs], ([r = 0, o = 0]) =>
    r === taps.length ? at(b, [o]) : at(w, [o, ...(taps[r] as readonly number[])]),
  );
  return { name: `${name}, ${groups} groups`, inputs: [x, rows], ...(value && { value }) };
}

const strided = { stride: 2, padding: 1, groups: 2 };
const wide = { stride: 3, padding: 2, dilation: 2 };
const grouped = convCase("groups, stride and padding", [2, 4, 5, 4], [2, 2, 3, 3], strided);

/** Rows of windows, contractions and convolutions. */
export const convolutionRows: readonly OpRow[] = [
  {
    op: "windows",
    f: (x) => windows(x, [3]),
    cases: [
      {
        name: "side by side",
        inputs: [[1, 2, 3, 4]],
        value: [
          [1, 2, 3],
          [2, 3, 4],
        ],
        gradients: [[1, 2, 2, 1]],
      },
    ],
  },
  {
    op: "windows",
    f: (x) => windows(x, [2, 3], { axes: [2, 0], stride: [1, 2], dilation: [2, 1] }),
    cases: [
      {
        name: "axes, stride and dilation",
        inputs: [spread([6, 2, 4])],
        value: filled([2, 2, 2, 2, 3], ([i = 0, c = 0, j = 0, k = 0, l = 0]) =>
          at(spread([6, 2, 4]), [2 * i + l, c, j + 2 * k]),
        ),
      },
    ],
  },
  {
    op: "windows",
    f: (x) => windows(x, [2, 3], { stride: [3, 2], dilation: [1, 3] }),
    cases: [
      { name: "gaps, and strides with dilation", inputs: [spread([6, 10])], shape: [2, 2, 2, 3] },
    ],
  },
  {
    op: "contract",
    f: (a, b) => contract(a, b, { a: [0, 3, 1, 4], b: [2, 4, 3, 0], out: [2, 1, 0] }),
    cases: [
      {
        name: "batch, rows, sum of two axes and columns",
        inputs: [spread([2, 3, 2, 2], -1, 1, 1), spread([3, 2, 3, 2], -1, 1, 2)],
        value: filled([3, 2, 2], ([n = 0, m = 0, b = 0]) => {
          const [x, y] = [spread([2, 3, 2, 2], -1, 1, 1), spread([3, 2, 3, 2], -1, 1, 2)];
          let total = 0;
          for (const [k = 0, l = 0] of indices([3, 2])) {
            total += at(x, [b, k, m, l]) * at(y, [n, l, k, b]);
          }
          return total;
        }),
      },
    ],
  },
  {
    op: "contract",
    f: (a, b) => contract(a, b, { a: [0, 1], b: [2], out: [1, 2, 0] }),
    cases: [
      {
        name: "no sum",
        inputs: [[[1, 2]], [3, 4]],
        value: [
          [[3], [4]],
          [[6], [8]],
        ],
      },
    ],
  },
  conv(
    "conv1d",
    conv1d,
    {},
    {
      name: "by hand",
      inputs: [[[[1, 2, 3, 4]]], [[[1, 10]]], [100]],
      value: [[[121, 132, 143]]],
    },
  ),
  conv(
    "conv1d",
    conv1d,
    wide,
    convCase("stride, padding and dilation", [1, 2, 9], [2, 2, 3], wide),
  ),
  conv(
    "conv1d",
    conv1d,
    { padding: "same" },
    convCase("the same length", [2, 1, 5], [2, 1, 3], { padding: 1 }),
  ),
  conv(
    "conv1d",
    conv1d,
    { stride: 2 },
    convCase("what no patch meets", [1, 1, 6], [1, 1, 1], { stride: 2 }),
  ),
  conv("conv2d", conv2d, {}, convCase("plain", [2, 2, 4, 5], [3, 2, 3, 2])),
  conv("conv2d", conv2d, strided, grouped),
  conv(
    "conv2d",
    conv2d,
    { stride: [1, 2], padding: [0, 1], dilation: [2, 1] },
    {
      name: "numbers for each axis",
      inputs: [spread([1, 1, 5, 4]), spread([1, 1, 2, 3]), [0]],
      shape: [1, 1, 3, 2],
    },
  ),
  conv("conv3d", conv3d, {}, convCase("plain", [1, 2, 2, 3, 3], [1, 2, 2, 2, 2])),
  {
    op: "affinePatches",
    f: (x, w) => affinePatches(x, w, { kernel: [3, 3], ...strided }),
    cases: [packed(grouped, 2)],
  },
  {
    op: "affinePatches",
    f: (x, w) => affinePatches(x, w, { kernel: [2], bias: false }),
    cases: [{ name: "no bias", inputs: [[[[1, 2, 3]]], [[1], [10]]], value: [[[21, 32]]] }],
  },
  {
    op: "affinePatches",
    f: (x, w) =>
      affinePatches(x, w, { kernel: [2, 3], stride: 2, groups: 2, transposed: true, bias: false }),
    cases: [
      {
        name: "transposed",
        inputs: [spread([1, 2, 2, 3], -1, 1, 1), spread([6, 4], -1, 1, 2)],
        value: spreadOut(
          spread([1, 2, 2, 3], -1, 1, 1),
          filled([2, 2, 2, 3], ([c = 0, o = 0, k = 0, l = 0]) =>
            at(spread([6, 4], -1, 1, 2), [3 * k + l, 2 * c + o]),
          ),
          { stride: 2, groups: 2 },
        ),
      },
    ],
  },
  transposed(
    "convTranspose1d",
    convTranspose1d,
    {},
    {
      name: "by hand",
      inputs: [[[[1, 2]]], [[[1, 10, 100]]]],
      value: [[[1, 12, 120, 200]]],
    },
  ),
  transposed(
    "convTranspose1d",
    convTranspose1d,
    { stride: 3, padding: 1, dilation: 2, outputPadding: 2 },
    transposedCase("all options", [2, 2, 3], [2, 2, 2], {
      stride: 3,
      padding: 1,
      dilation: 2,
      extra: 2,
    }),
  ),
  transposed(
    "convTranspose2d",
    convTranspose2d,
    { stride: 2, groups: 2 },
    transposedCase("stride and groups", [1, 2, 2, 3], [2, 2, 3, 2], { stride: 2, groups: 2 }),
  ),
  {
    op: "scan",
    f: (x, kernels) =>
      scan(
        (h, kernel) => {
          const y = conv1d(h, kernel, { padding: "same" });
          return { carry: y, y };
        },
        x,
        kernels,
      ).ys,
    cases: [
      {
        name: "a convolution in each turn",
        inputs: [
          [[[1, 2, 3]], [[4, 5, 6]]],
          [[[[0, 10, 1]]], [[[1, 0, 0]]]],
        ],
        value: [
          [[[12, 23, 30]], [[45, 56, 60]]],
          [[[0, 12, 23]], [[0, 45, 56]]],
        ],
      },
    ],
  },
  transposed(
    "convTranspose3d",
    convTranspose3d,
    {},
    transposedCase("plain", [1, 1, 2, 2, 1], [1, 2, 2, 1, 2]),
  ),
];
