import {
  cast,
  clip,
  double,
  isFinite,
  logicalAnd,
  logicalNot,
  logicalOr,
  mul,
  single,
  stopGradient,
  where,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { f16, flags, i32, mapped, spread, u8, u32 } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const bits = [
  [false, false, true, true],
  [false, true, false, true],
];
const choice = flags([2, 3]);
const [x, y] = [spread([2, 3], -2, 2, 1), spread([3], -2, 2, 2)];

/** Rows of logic, choices, bounds and conversions. */
export const choiceRows: readonly OpRow[] = [
  {
    op: "logicalAnd",
    f: logicalAnd,
    cases: [{ name: "all pairs", inputs: bits, value: [false, false, false, true] }],
  },
  {
    op: "logicalOr",
    f: logicalOr,
    cases: [{ name: "all pairs", inputs: bits, value: [false, true, true, true] }],
  },
  {
    op: "logicalNot",
    f: logicalNot,
    cases: [{ name: "both", inputs: [[false, true]], value: [true, false] }],
  },
  {
    op: "isFinite",
    f: isFinite,
    cases: [
      {
        name: "limits",
        inputs: [[0, inf, -inf, nan, 1e30]],
        value: [true, false, false, false, true],
      },
    ],
  },
  {
    op: "where",
    f: where,
    cases: [
      {
        name: "floats, broadcast",
        inputs: [choice, x, y],
        value: mapped([2, 3], (c, a, b) => (c ? a : b) as number, choice, x, y),
      },
      { name: "i32", inputs: [[true, false], i32([1, 2]), i32([3, 4])], value: i32([1, 4]) },
      {
        name: "a NaN not chosen",
        inputs: [[true], [1], [nan]],
        value: [1],
        gradients: [null, [1], [0]],
        order: 0,
      },
    ],
  },
  {
    op: "clip",
    f: clip,
    cases: [
      { name: "scattered", inputs: [spread([2, 4]), -1, 1.5] },
      {
        name: "on the bounds",
        inputs: [[-2, -1, 0, 1, 2, nan], -1, 1],
        value: [-1, -1, 0, 1, 1, nan],
        gradients: [[0, 1, 1, 1, 0, 1], null, null],
        order: 0,
        batch: false,
      },
      {
        name: "i32",
        inputs: [i32([-5, 0, 5]), i32([-1], []), i32([2], [])],
        value: i32([-1, 0, 2]),
      },
    ],
  },
  {
    op: "stopGradient",
    f: (a, b) => mul(stopGradient(a), b),
    cases: [
      {
        name: "a constant for derivatives",
        inputs: [
          [2, 3],
          [5, 7],
        ],
        value: [10, 21],
        gradients: [
          [0, 0],
          [2, 3],
        ],
        order: 0,
      },
    ],
  },
  {
    op: "double",
    f: (a) => mul(double(a), double(a)),
    cases: [
      { name: "of a product", inputs: [[2, -3]], value: [4, 9], gradients: [[4, -6]] },
      { name: "of integers", inputs: [i32([2, -3])], value: i32([4, 9]) },
    ],
  },
  {
    op: "single",
    f: (a) => single(mul(double(a), a)),
    cases: [
      { name: "of a product", inputs: [[2, -3]], value: [4, 9], gradients: [[4, -6]] },
      { name: "of integers", inputs: [i32([2, -3])], value: i32([4, 9]) },
    ],
  },
  {
    op: "cast",
    f: (a) => cast(a, "i32"),
    cases: [
      {
        name: "float to i32",
        inputs: [[1.9, -1.9, 3e9, -3e9, nan]],
        value: i32([1, -1, 2 ** 31 - 1, -(2 ** 31), 0]),
        batch: false,
      },
      { name: "u32 to i32", inputs: [u32([1, 2 ** 32 - 1])], value: i32([1, -1]) },
      { name: "bool to i32", inputs: [[true, false]], value: i32([1, 0]) },
      { name: "u8 to i32", inputs: [u8([0, 7, 255])], value: i32([0, 7, 255]) },
      { name: "f16 to i32", inputs: [f16([1.5, -1.5, 6e4, nan])], value: i32([1, -1, 6e4, 0]) },
    ],
  },
  {
    op: "cast",
    f: (a) => cast(a, "u32"),
    cases: [
      { name: "float to u32", inputs: [[1.9, -1, 5e9]], value: u32([1, 0, 2 ** 32 - 1]) },
      { name: "i32 to u32", inputs: [i32([1, -1])], value: u32([1, 2 ** 32 - 1]) },
      { name: "u8 to u32", inputs: [u8([200])], value: u32([200]) },
      { name: "f16 to u32", inputs: [f16([2.5, -1])], value: u32([2, 0]) },
    ],
  },
  {
    op: "cast",
    f: (a) => cast(a, "bool"),
    cases: [
      { name: "float to bool", inputs: [[0, 0.5, nan]], value: [false, true, true] },
      { name: "i32 to bool", inputs: [i32([0, -2])], value: [false, true] },
      { name: "u8 to bool", inputs: [u8([0, 3])], value: [false, true] },
      {
        name: "f16 to bool",
        inputs: [f16([0, -0, 2 ** -24, 0.5, nan])],
        value: [false, false, true, true, true],
      },
    ],
  },
  {
    op: "cast",
    f: (a) => cast(a, "float"),
    cases: [
      { name: "float to float", inputs: [[1.5, -2]], value: [1.5, -2] },
      { name: "i32 to float", inputs: [i32([-3, 4])], value: [-3, 4], type: "float" },
      { name: "u32 to float", inputs: [u32([2 ** 31, 3])], value: [2 ** 31, 3], type: "float" },
      { name: "bool to float", inputs: [[true, false]], value: [1, 0], type: "float" },
      {
        name: "u8 to float",
        inputs: [u8([0, 9, 255, 4], [2, 2])],
        value: [
          [0, 9],
          [255, 4],
        ],
        type: "float",
      },
      {
        name: "f16 to float",
        inputs: [f16([0.1, -65504, 2 ** -24, 1 / 0], [2, 2])],
        value: [
          [1638 / 2 ** 14, -65504],
          [2 ** -24, 1 / 0],
        ],
        type: "float",
      },
    ],
  },
];
