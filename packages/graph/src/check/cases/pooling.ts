import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "../../ops/index.ts";
import type { OpFunction, OpRow } from "../case.ts";
import { at, filled, spread } from "./values.ts";

const row = (
  op: string,
  f: OpFunction,
  name: string,
  ...[x, value, gradient]: readonly (OpRow["cases"][number]["inputs"][number] | undefined)[]
): OpRow => ({
  op,
  f,
  cases: [
    {
      name,
      inputs: x === undefined ? [] : [x],
      ...(value === undefined ? {} : { value }),
      ...(gradient === undefined ? {} : { gradients: [gradient], order: 0 }),
    },
  ],
});

const cube = spread([1, 1, 2, 3, 4], -1, 1, 5);

/** Rows of pools. The expected values are computed by hand, or by a loop over the windows. */
export const poolingRows: readonly OpRow[] = [
  row("maxPool1d", (x) => maxPool1d(x, 2), "pairs", [[[1, 5, 3, 2, 9]]], [[[5, 3]]]),
  row(
    "maxPool1d",
    (x) => maxPool1d(x, 3, { stride: 1 }),
    "the first of equal ones takes the derivative",
    [[[2, 7, 7, 7, 1]]],
    [[[7, 7, 7]]],
    [[[0, 2, 1, 0, 0]]],
  ),
  row(
    "maxPool1d",
    (x) => maxPool1d(x, 2, { padding: 1, dilation: 2, stride: 2 }),
    "padding, dilation and stride",
    [[[-4, -3, -2, -1]]],
    [[[-3, -1]]],
  ),
  row(
    "maxPool1d",
    (x) => maxPool1d(x, 2, { ceilMode: true }),
    "a last window beyond the end",
    [[[1, 5, 3]]],
    [[[5, 3]]],
  ),
  row(
    "maxPool2d",
    (x) => maxPool2d(x, [2, 3], { stride: [1, 2], padding: [1, 0] }),
    "numbers for each axis",
    spread([2, 1, 3, 5], -1, 1, 3),
    filled([2, 1, 4, 2], ([n = 0, , i = 0, j = 0]) => {
      const x = spread([2, 1, 3, 5], -1, 1, 3);
      const rows = [i - 1, i].filter((r) => r >= 0 && r < 3);
      return Math.max(...rows.flatMap((r) => [0, 1, 2].map((k) => at(x, [n, 0, r, 2 * j + k]))));
    }),
  ),
  row(
    "maxPool3d",
    (x) => maxPool3d(x, [2, 2, 2], { stride: [1, 1, 2] }),
    "overlapping",
    cube,
    filled([1, 1, 1, 2, 2], ([, , , i = 0, j = 0]) =>
      Math.max(
        ...[0, 1].flatMap((d) =>
          [0, 1].flatMap((r) => [0, 1].map((k) => at(cube, [0, 0, d, i + r, 2 * j + k]))),
        ),
      ),
    ),
  ),
  row("avgPool1d", (x) => avgPool1d(x, 2), "pairs", [[[1, 5, 3, 2, 9]]], [[[3, 2.5]]]),
  row(
    "avgPool1d",
    (x) => avgPool1d(x, 3, { padding: 1, ceilMode: true, stride: 2 }),
    "padding counts, what lies beyond it does not",
    [[[6, 3, 3, 9]]],
    [[[3, 5, 4.5]]],
  ),
  row(
    "avgPool2d",
    (x) => avgPool2d(x, 2, { padding: 1, countIncludePad: false, stride: 1 }),
    "without the padding",
    [
      [
        [
          [1, 2],
          [3, 6],
        ],
      ],
    ],
    [
      [
        [
          [1, 1.5, 2],
          [2, 3, 4],
          [3, 4.5, 6],
        ],
      ],
    ],
  ),
  row(
    "avgPool2d",
    (x) => avgPool2d(x, 3, { padding: 1, stride: 2 }),
    "windows that share places",
    filled([1, 1, 3, 3], () => 9),
    [
      [
        [
          [4, 4],
          [4, 4],
        ],
      ],
    ],
  ),
  row(
    "avgPool3d",
    (x) => avgPool3d(x, [2, 1, 2]),
    "plain",
    cube,
    filled([1, 1, 1, 3, 2], ([, , , i = 0, j = 0]) =>
      [0, 1].reduce(
        (total, d) =>
          total + (at(cube, [0, 0, d, i, 2 * j]) + at(cube, [0, 0, d, i, 2 * j + 1])) / 4,
        0,
      ),
    ),
  ),
  row(
    "adaptiveAvgPool1d",
    (x) => adaptiveAvgPool1d(x, 3),
    "bins that share places",
    [[[1, 2, 3, 4, 5]]],
    [[[1.5, 3, 4.5]]],
  ),
  row(
    "adaptiveAvgPool2d",
    (x) => adaptiveAvgPool2d(x, [1, 2]),
    "even bins",
    [
      [
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
      ],
    ],
    [[[[3.5, 5.5]]]],
  ),
  row(
    "adaptiveMaxPool1d",
    (x) => adaptiveMaxPool1d(x, 2),
    "bins that share places",
    [[[1, 9, 3]]],
    [[[9, 9]]],
  ),
  row(
    "adaptiveMaxPool2d",
    (x) => adaptiveMaxPool2d(x, 1),
    "the first of equal ones takes the derivative",
    [
      [
        [
          [1, 4],
          [4, 4],
        ],
      ],
    ],
    [[[[4]]]],
    [
      [
        [
          [0, 1],
          [0, 0],
        ],
      ],
    ],
  ),
];
