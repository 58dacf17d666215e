import { interpolate, pad, square } from "../../ops/index.ts";
import type { OpFunction, OpRow } from "../case.ts";
import { i32 } from "./values.ts";

const rows = [
  [1, 2, 3],
  [4, 5, 6],
];
const series = [[[1, 2, 4]]];
const doubling = [[[1, 2, 4, 8]]];
const image = [
  [
    [
      [1, 2],
      [3, 4],
    ],
  ],
];

const padding = (name: string, f: OpFunction, value: number[][]): OpRow => ({
  op: "pad",
  f,
  cases: [{ name, inputs: [rows], value }],
});

const resized = (
  name: string,
  options: Parameters<typeof interpolate>[1],
  x: number[][][] | number[][][][],
  value: number[][][] | number[][][][],
): OpRow => ({
  op: "interpolate",
  f: (input) => interpolate(input, options),
  cases: [{ name, inputs: [x], value }],
});

/**
 * Rows of padding by copies and of interpolation. Expected values are computed by hand from
 * PyTorch's definitions.
 */
export const resampleRows: readonly OpRow[] = [
  padding(
    "reflected",
    (x) =>
      square(
        pad(
          x,
          [
            [0, 0],
            [2, 1],
          ],
          { mode: "reflect" },
        ),
      ),
    [
      [9, 4, 1, 4, 9, 4],
      [36, 25, 16, 25, 36, 25],
    ],
  ),
  padding(
    "reflected on both axes",
    (x) =>
      pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        { mode: "reflect" },
      ),
    [
      [4, 5, 6, 5, 4],
      [1, 2, 3, 2, 1],
      [4, 5, 6, 5, 4],
    ],
  ),
  padding(
    "replicated",
    (x) =>
      square(
        pad(
          x,
          [
            [1, 0],
            [1, 2],
          ],
          { mode: "replicate" },
        ),
      ),
    [
      [1, 1, 4, 9, 9, 9],
      [1, 1, 4, 9, 9, 9],
      [16, 16, 25, 36, 36, 36],
    ],
  ),
  padding(
    "circular",
    (x) =>
      square(
        pad(
          x,
          [
            [0, 2],
            [1, 3],
          ],
          { mode: "circular" },
        ),
      ),
    [
      [9, 1, 4, 9, 1, 4, 9],
      [36, 16, 25, 36, 16, 25, 36],
      [9, 1, 4, 9, 1, 4, 9],
      [36, 16, 25, 36, 16, 25, 36],
    ],
  ),
  padding(
    "of a value by name",
    (x) =>
      pad(
        x,
        [
          [0, 0],
          [0, 1],
        ],
        { value: 7 },
      ),
    [
      [1, 2, 3, 7],
      [4, 5, 6, 7],
    ],
  ),
  {
    op: "pad",
    f: (x) => pad(x, [[1, 2]], { mode: "reflect" }),
    cases: [{ name: "i32 reflected", inputs: [i32([1, 2, 3])], value: i32([2, 1, 2, 3, 2, 1]) }],
  },
  resized(
    "nearest by whole factors",
    { scale: [2, 3] },
    [[[[1, 2]]]],
    [
      [
        [
          [1, 1, 1, 2, 2, 2],
          [1, 1, 1, 2, 2, 2],
        ],
      ],
    ],
  ),
  resized("nearest, more", { size: 5 }, series, [[[1, 1, 2, 2, 4]]]),
  resized("nearest, fewer", { size: 2 }, series, [[[1, 2]]]),
  resized("nearest by a fraction", { scale: 1.5 }, series, [[[1, 1, 2, 4]]]),
  resized("linear", { scale: 2, mode: "linear" }, series, [[[1, 1.25, 1.75, 2.5, 3.5, 4]]]),
  resized("linear, fewer", { scale: 0.5, mode: "linear" }, doubling, [[[1.5, 6]]]),
  resized("linear, corners kept", { size: 5, mode: "linear", alignCorners: true }, series, [
    [[1, 1.5, 2, 3, 4]],
  ]),
  resized("linear, one of many", { size: 1, mode: "linear", alignCorners: true }, series, [[[1]]]),
  resized("bilinear", { scale: 2, mode: "bilinear" }, image, [
    [
      [
        [1, 1.25, 1.75, 2],
        [1.5, 1.75, 2.25, 2.5],
        [2.5, 2.75, 3.25, 3.5],
        [3, 3.25, 3.75, 4],
      ],
    ],
  ]),
  resized(
    "bicubic",
    { size: [1, 8], mode: "bicubic" },
    [doubling],
    [[[[0.89453125, 1.15625, 1.5625, 2.41796875, 3.16015625, 5.1171875, 7.1640625, 8.421875]]]],
  ),
  {
    op: "interpolate",
    f: (x) => interpolate(x, { size: [3, 1, 1], mode: "trilinear", alignCorners: true }),
    cases: [
      {
        name: "trilinear",
        inputs: [[[[[[1]], [[2]]]]]],
        value: [[[[[1]], [[1.5]], [[2]]]]],
      },
    ],
  },
];
