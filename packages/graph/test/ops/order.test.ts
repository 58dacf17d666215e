/** Sorting and what follows from it: what the steps are, and what cannot be sorted. */
import test from "tape";
import {
  argsort,
  grad,
  input,
  median,
  quantile,
  sort,
  square,
  sum,
  topK,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf } from "../steps.ts";

const x = input("x", [5, 4]);
const bytes = input("bytes", [3], "u8");

test("values and positions share one sort, and the gradient scatters nothing", (t) => {
  const both = kindsOf(sort(x), argsort(x));
  t.equal(both.filter((kind) => kind === "sort").length, 1, both.join(" "));
  const back = kindsOf(grad(sum(square(sort(x))), x));
  t.equal(back.filter((kind) => kind === "sort").length, 2, back.join(" "));
  t.notOk(back.includes("scatterAdd"), "each cotangent is gathered from where its element went");
  t.end();
});

test("an extreme of equal elements is the first one, as argMax has it", async (t) => {
  const { indices } = topK(x, 1);
  const rows = [
    [1, 3, 3, 2],
    [Number.NaN, 1, Number.NaN, 9],
  ];
  const [found] = await evaluate([indices], { x: [...rows, ...rows, [0, -0, 0, 0]] });
  t.deepEqual(found?.toArray(), [[1], [0], [1], [0], [0]]);
});

test("what cannot be sorted is an error that says what to do", (t) => {
  const refused: [RegExp, () => unknown][] = [
    [
      /^ShapeError: argsort: axis must be an integer in \[-2, 1\], got 2/,
      () => argsort(x, { axis: 2 }),
    ],
    [/^ShapeError: sort: the operand must not be u8 or f16, got u8; cast/, () => sort(bytes)],
    [/^ShapeError: topK: the operand must not be u8 or f16, got u8/, () => topK(bytes, 1)],
    [/^ShapeError: topK: k must be an integer from 0 to 4, .*got 5 of \[5, 4\]/, () => topK(x, 5)],
    [/^ShapeError: topK: .*got -1 of/, () => topK(x, -1, { axis: 0 })],
    [
      /^ShapeError: median: the operand must be float, .*got i32 \[2\]/,
      () => median(input("i", [2], "i32")),
    ],
    [
      /^ShapeError: median: there must be an element on the axes, got \[0\]/,
      () => median(input("e", [0])),
    ],
    [/^ShapeError: quantile: q must be numbers in \[0, 1\], got 50; divide/, () => quantile(x, 50)],
    [/^ShapeError: quantile: q must be numbers/, () => quantile(x, [])],
  ];
  for (const [message, call] of refused) t.throws(call, message);
  t.end();
});
