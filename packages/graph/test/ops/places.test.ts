/** Elements at computed positions: what the steps are, and what does not fit. */
import test from "tape";
import {
  add,
  dynamicSlice,
  dynamicUpdate,
  gather,
  gatherNd,
  grad,
  input,
  maskedFill,
  putAlongAxis,
  scatterAdd,
  scatterNd,
  square,
  sum,
  takeAlongAxis,
  vmap,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf } from "../steps.ts";

const x = input("x", [3, 4]);
const at = input("at", [3, 2], "i32");
const [i, j] = [input("i", [], "i32"), input("j", [], "i32")];

test("boxes are gathered, and so are their gradients", (t) => {
  const part = dynamicSlice(x, [i, j], [2, 2]);
  const back = kindsOf(grad(sum(square(part)), x));
  t.notOk(back.includes("scatterAdd"), back.join(" "));
  const next = dynamicUpdate(x, part, [j, i]);
  const [byX, byPart] = grad(sum(square(next)), [x, part]) as [typeof x, typeof x];
  const both = kindsOf(byX, byPart);
  t.notOk(both.includes("scatterAdd"), both.join(" "));
  t.end();
});

test("positions of a box may be computed, and each case may have its own", async (t) => {
  const rows = [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
  ];
  const shifted = dynamicSlice(x, [add(i, 1), 0], [1, 2]);
  const many = vmap((one) => dynamicUpdate(x, [[-1]], [one, 3]))(input("many", [2], "i32"));
  const [one, all] = await evaluate([shifted, sum(many, { axis: -1 })], {
    x: rows,
    i: 1,
    many: [0, 5],
  });
  t.deepEqual(one?.toArray(), [[8, 9]]);
  t.deepEqual(all?.toArray(), [
    [2, 22, 38],
    [6, 22, 26],
  ]);
});

test("what does not fit is an error that says what to do", (t) => {
  const f = input("f", [3, 2]);
  const flag = input("flag", [4], "bool");
  const bytes = input("bytes", [4], "u8");
  const refused: [RegExp, () => unknown][] = [
    [
      /^ShapeError: gather: axis must be an integer in \[-2, 1\], got 2/,
      () => gather(x, at, { axis: 2 }),
    ],
    [
      /^ShapeError: gather: the source must have a row/,
      () => gather(input("e", [2, 0]), at, { axis: 1 }),
    ],
    [/^ShapeError: scatterAdd: axis must be an integer/, () => scatterAdd(at, x, 5, { axis: 9 })],
    [/^ShapeError: scatterAdd: updates must be numbers/, () => scatterAdd([0], [true], 2)],
    [/^ShapeError: takeAlongAxis: indices must be i32, got float/, () => takeAlongAxis(x, f)],
    [
      /^ShapeError: takeAlongAxis: indices must broadcast to \[3, 4\] on all axes but 0, .*got \[3, 2\]/,
      () => takeAlongAxis(x, at, 0),
    ],
    [/^ShapeError: takeAlongAxis: .*got \[2\]; give them an axis/, () => takeAlongAxis(x, [0, 1])],
    [
      /^ShapeError: putAlongAxis: indices must broadcast to \[1, 2\] on all axes but 1/,
      () => putAlongAxis(input("row", [1, 2]), at, 0),
    ],
    [
      /^ShapeError: putAlongAxis: indices must broadcast/,
      () => putAlongAxis(x, at, 0, { axis: 0 }),
    ],
    [
      /^ShapeError: putAlongAxis: values must be float and broadcast to \[3, 2\]; .*got i32 \[3, 2\]/,
      () => putAlongAxis(x, at, at),
    ],
    [
      /^ShapeError: putAlongAxis: .*bool only for "set", got bool \[\] for bool, mode "max"/,
      () => putAlongAxis(flag, [0], true as never, { mode: "max" }),
    ],
    [
      /^ShapeError: putAlongAxis: the operand must not be u8/,
      () => putAlongAxis(bytes, [0], bytes),
    ],
    [
      /^ShapeError: maskedFill: the mask must be bool and broadcast to \[3, 4\], .*got float \[3, 2\]/,
      () => maskedFill(x, f, 0),
    ],
    [
      /^ShapeError: maskedFill: .*the value a scalar, got bool \[4\] and \[4\]/,
      () => maskedFill(x, flag, [1, 2, 3, 4]),
    ],
    [
      /^ShapeError: gatherNd: indices must be \[i…, k\] .*first k axes of \[4\], none/,
      () => gatherNd(flag, at),
    ],
    [/^ShapeError: gatherNd: .*got \[\]; stack/, () => gatherNd(x, i)],
    [
      /^ShapeError: scatterNd: updates must have shape \[3\], got \[3, 2\]/,
      () => scatterNd(at, f, [4, 4]),
    ],
    [
      /^ShapeError: dynamicSlice: there must be a start for each of 2 axes, .*got \[1\]/,
      () => dynamicSlice(x, [i], [1, 1]),
    ],
    [
      /^ShapeError: dynamicSlice: sizes must fit into \[3, 4\], got \[3, 5\]/,
      () => dynamicSlice(x, [i, j], [3, 5]),
    ],
    [
      /^ShapeError: dynamicSlice: indices must be i32, got float/,
      () => dynamicSlice(x, input("s", [2]), [1, 1]),
    ],
    [
      /^ShapeError: dynamicUpdate: the value must be float and fit into \[3, 4\], got float \[4\]/,
      () => dynamicUpdate(x, input("v", [4]), [i, j]),
    ],
  ];
  for (const [message, call] of refused) t.throws(call, message);
  t.end();
});
