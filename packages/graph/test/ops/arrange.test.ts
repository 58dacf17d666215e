/** What lays elements out in another way is a view where it can be, and says what it cannot take. */
import test from "tape";
import {
  add,
  arange,
  chunk,
  flip,
  grad,
  input,
  linspace,
  meshgrid,
  mul,
  repeatInterleave,
  roll,
  rot90,
  split,
  square,
  sum,
  swapAxes,
  tile,
  unstack,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf } from "../steps.ts";

const x = input("x", [6, 4]);

test("reversals, turns and pieces are views", (t) => {
  const [first] = unstack(x, 1);
  const views = [
    flip(x),
    swapAxes(x, 0, 1),
    rot90(x),
    rot90(x, 3),
    ...split(x, [1, 3, 2]),
    ...chunk(x, 2, 1),
    ...meshgrid([input("y", [2]), input("z", [3])]),
    first as typeof x,
  ];
  for (const view of views) t.deepEqual(kindsOf(view), ["copy"], "only the output is written");
  t.deepEqual(kindsOf(sum(square(flip(x)))), ["reduce"], "a sum reads it where it lies");
  t.end();
});

test("the gradients of all pieces are computed in one value", (t) => {
  const pieces = split(x, 2);
  const total = pieces
    .map((piece, k) => mul(k + 1, sum(square(flip(piece)))))
    .reduce((a, b) => add(a, b));
  const kinds = kindsOf(grad(total, x));
  t.deepEqual(kinds, ["map", "map", "map"], "no zeros, and nothing is copied");
  t.end();
});

test("evenly spaced numbers end where they should", async (t) => {
  const [many, one, none, thirds] = await evaluate([
    linspace(0, 0.7, 8),
    linspace(-2, 5, 2),
    linspace(1, 2, 0),
    arange(0, 1, { step: 1 / 3 }),
  ]);
  t.equal(many?.get(7), 0.7, "linspace reaches its end exactly");
  t.deepEqual(one?.toArray(), [-2, 5]);
  t.deepEqual(none?.toArray(), []);
  t.equal(thirds?.size, 3);
});

test("what does not fit is an error that says what to do", (t) => {
  const refused: [RegExp, () => unknown][] = [
    [/^ShapeError: flip: axis must be an integer in \[-2, 1\], got 2/, () => flip(x, { axis: 2 })],
    [/^ShapeError: swapAxes: axis must be an integer/, () => swapAxes(x, 0, -3)],
    [/^ShapeError: rot90: turns must be an integer, .*got 0.5 in \[0,1\]/, () => rot90(x, 0.5)],
    [/^ShapeError: rot90: .*two different axes, got 1 in \[1,-1\]/, () => rot90(x, 1, [1, -1])],
    [/^ShapeError: roll: there must be an integer shift for each axis/, () => roll(x, [1, 2], 0)],
    [/^ShapeError: roll: .*got 0.5 for axis null; pass lists/, () => roll(x, 0.5)],
    [
      /^ShapeError: split: sizes must be counts that add up to 6, .*got \[2,3\]/,
      () => split(x, [2, 3]),
    ],
    [/^ShapeError: split: .*got 0; choose sizes for axis 0/, () => split(x, 0)],
    [/^ShapeError: split: .*got 1.5/, () => split(x, 1.5)],
    [/^ShapeError: chunk: count must be a positive integer, got 0/, () => chunk(x, 0)],
    [/^ShapeError: unstack: axis must be an integer/, () => unstack(x, 5)],
    [/^ShapeError: tile: repeats must be counts, got \[2,-1\]/, () => tile(x, [2, -1])],
    [/^ShapeError: repeatInterleave: repeats must be counts/, () => repeatInterleave(x, 0.5)],
    [
      /^ShapeError: repeatInterleave: .*one for each of 4 positions, got 2 numbers/,
      () => repeatInterleave(x, [1, 2], 1),
    ],
    [/^ShapeError: arange: .*the step not 0/, () => arange(0, 1, { step: 0 })],
    [
      /^ShapeError: arange: .*integers for i32, got 0.5, 2, 1 as i32/,
      () => arange(0.5, 2, { type: "i32" }),
    ],
    [/^ShapeError: linspace: .*count an integer ≥ 0, got 0, 1, -1/, () => linspace(0, 1, -1)],
    [/^ShapeError: meshgrid: values must be vectors, got \[6, 4\]/, () => meshgrid([x])],
  ];
  for (const [message, call] of refused) t.throws(call, message);
  t.end();
});
