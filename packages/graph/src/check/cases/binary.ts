import { convert } from "@metrigrad/tensor";
import type { Binary } from "../../ops/elementwise.ts";
import {
  add,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logaddexp,
  maximum,
  minimum,
  mul,
  notEqual,
  pow,
  sub,
  transpose,
} from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { i32, integers, mapped, spread, u32 } from "./values.ts";

/** An element-wise function of two values of one type. */
interface BinarySpec {
  readonly op: string;
  readonly f: Binary;
  /** The same function on numbers. */
  readonly of: (x: number, y: number) => number;
  readonly from?: number;
  readonly to?: number;
  readonly more?: readonly OpCase[];
}

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

function point(
  name: string,
  x: number,
  y: number,
  value: number,
  slopes?: [number, number],
): OpCase {
  const base = { name, inputs: [x, y], value, order: 0 as const };
  return slopes === undefined ? base : { ...base, gradients: slopes };
}

const big = 2 ** 31 - 1;

const specs: readonly BinarySpec[] = [
  {
    op: "add",
    f: add,
    of: (x, y) => x + y,
    more: [
      {
        name: "i32 that wraps",
        inputs: [i32([big, -5]), i32([1, 3])],
        value: i32([-(2 ** 31), -2]),
      },
      { name: "u32 that wraps", inputs: [u32([2 ** 32 - 1]), u32([2])], value: u32([1]) },
    ],
  },
  {
    op: "sub",
    f: sub,
    of: (x, y) => x - y,
    more: [
      { name: "i32 that wraps", inputs: [i32([-(2 ** 31)]), i32([1])], value: i32([big]) },
      { name: "u32 that wraps", inputs: [u32([1]), u32([2])], value: u32([2 ** 32 - 1]) },
    ],
  },
  {
    op: "mul",
    f: mul,
    of: (x, y) => x * y,
    more: [
      {
        name: "i32 that wraps",
        inputs: [i32([65537, -3]), i32([65537, 4])],
        value: i32([131073, -12]),
      },
      { name: "u32 that wraps", inputs: [u32([2 ** 31 + 1]), u32([2])], value: u32([2]) },
      point("zero by infinity", 0, inf, nan),
    ],
  },
  {
    op: "div",
    f: div,
    of: (x, y) => x / y,
    from: 0.5,
    more: [
      { name: "i32 truncates", inputs: [i32([7, -7, 5]), i32([2, 2, 0])], value: i32([3, -3, 0]) },
      { name: "u32", inputs: [u32([2 ** 32 - 1, 3]), u32([2, 0])], value: u32([big, 0]) },
      point("one by zero", 1, 0, inf),
      point("zero by zero", 0, 0, nan),
    ],
  },
  {
    op: "pow",
    f: pow,
    of: (x, y) => x ** y,
    from: 0.3,
    more: [
      point("zero to the zero", 0, 0, 1),
      point("zero to a positive power", 0, 2, 0, [0, 0]),
      point("a negative base", -2, 3, -8),
    ],
  },
  {
    op: "minimum",
    f: minimum,
    of: Math.min,
    more: [
      point("a tie", 2, 2, 2, [0.5, 0.5]),
      point("a NaN", nan, 1, nan),
      { name: "i32", inputs: [i32([3, -1]), i32([2, 5])], value: i32([2, -1]) },
    ],
  },
  {
    op: "maximum",
    f: maximum,
    of: Math.max,
    more: [
      point("a tie", 2, 2, 2, [0.5, 0.5]),
      point("a NaN", 1, nan, nan),
      { name: "u32", inputs: [u32([3, 2 ** 32 - 1]), u32([5, 1])], value: u32([5, 2 ** 32 - 1]) },
    ],
  },
  {
    op: "logaddexp",
    f: logaddexp,
    of: (x, y) => Math.log(Math.exp(x) + Math.exp(y)),
    more: [
      point("far apart", 900, 0, 900, [1, 0]),
      point("equal", 3, 3, 3 + Math.LN2, [0.5, 0.5]),
      point("a weight of zero", -inf, 2, 2),
    ],
  },
];

function broadcasting({ op, f, of, from = -2, to = 2, more = [] }: BinarySpec): OpRow[] {
  const pair = (
    name: string,
    a: number[],
    b: number[],
    shape: number[],
    order: 0 | 2 = 2,
  ): OpCase => {
    const inputs = [spread(a, from, to, 1), spread(b, from, to, 2)];
    return { name, inputs, value: mapped(shape, of, ...inputs), order };
  };
  return [
    {
      op,
      f,
      cases: [
        pair("equal shapes", [2, 3], [2, 3], [2, 3]),
        pair("a row and a column", [3], [2, 1], [2, 3]),
        pair("a scalar", [], [2, 2], [2, 2]),
        pair("axes of size 1", [2, 1, 2], [3, 1], [2, 3, 2]),
        pair("long vectors", [1029], [1029], [1029], 0),
        pair("nothing", [0, 3], [3], [0, 3], 0),
        ...more,
      ],
    },
    {
      op,
      f: (x, y) => f(transpose(x), y),
      cases: [
        {
          name: "a transposed view",
          inputs: [spread([4, 3], from, to), spread([3, 4], from, to, 2)],
        },
      ],
    },
  ];
}

function comparing(op: string, f: Binary, of: (x: number, y: number) => boolean): OpRow {
  const x = i32([1, 2, 3]);
  const y = i32([2, 2, 2]);
  const whole = integers([37], -3, 3, 1);
  const other = integers([37], -3, 3, 2);
  const holds = (a: number, b: number) => Number(of(a, b));
  const asBool = (shape: number[], ...tensors: Parameters<typeof mapped>[2][]) =>
    convert(mapped(shape, holds, ...tensors), "bool");
  const floats = [nan, 1, 2, 3, inf, -inf];
  const against = spread([6], 2, 2);
  return {
    op,
    f,
    cases: [
      { name: "i32", inputs: [x, y], value: asBool([3], x, y), type: "bool" },
      { name: "many i32", inputs: [whole, other], value: asBool([37], whole, other), type: "bool" },
      {
        name: "floats",
        inputs: [floats, against],
        value: floats.map((value) => holds(value, 2)),
        type: "bool",
        batch: false,
      },
      {
        name: "u32, broadcast",
        inputs: [u32([1, 2 ** 32 - 1], [2, 1]), u32([5, 0])],
        value: [
          [holds(1, 5), holds(1, 0)],
          [holds(2 ** 32 - 1, 5), holds(2 ** 32 - 1, 0)],
        ],
        type: "bool",
      },
    ],
  };
}

/** Rows of element-wise ops of two values. */
export const binaryRows: readonly OpRow[] = [
  ...specs.flatMap(broadcasting),
  comparing("less", less, (x, y) => x < y),
  comparing("lessEqual", lessEqual, (x, y) => x <= y),
  comparing("greater", greater, (x, y) => x > y),
  comparing("greaterEqual", greaterEqual, (x, y) => x >= y),
  comparing("equal", equal, (x, y) => x === y),
  comparing("notEqual", notEqual, (x, y) => x !== y),
];
