/** Ops that only look at their operand differently cost no step, and check their arguments. */
import { ShapeError } from "@metrigrad/tensor";
import test from "tape";
import {
  broadcastTo,
  concat,
  diag,
  diagonal,
  dot,
  exp,
  expandDims,
  input,
  interpolate,
  kron,
  matmul,
  moveAxis,
  mul,
  pad,
  reshape,
  slice,
  square,
  squeeze,
  stack,
  sum,
  symmetrize,
  trace,
  transpose,
  tril,
} from "../../src/index.ts";
import { kindsOf, stepsOf } from "../steps.ts";

const x = input("x", [4, 6]);

test("interpolate checks sizes and modes", (t) => {
  const image = input("image", [2, 3, 4, 4]);
  const refused: readonly [RegExp, () => unknown][] = [
    [/^ShapeError: interpolate: one of size and scale must be given/, () => interpolate(image, {})],
    [
      /there must be a positive scale for each axis after the second, .* got \[2,2,2\] for \[2, 3, 4, 4\]/,
      () => interpolate(image, { scale: [2, 2, 2] }),
    ],
    [/there must be a positive scale/, () => interpolate(image, { scale: 0.1 })],
    [/there must be a positive size/, () => interpolate(image, { size: 2.5 })],
    [
      /the mode must be one of nearest, linear, /,
      () => interpolate(image, { size: 2, mode: "area" as never }),
    ],
    [
      /linear must have values .* with 1 axis after/,
      () => interpolate(image, { size: 2, mode: "linear" }),
    ],
    [
      /alignCorners must be for another mode/,
      () => interpolate(image, { size: 2, alignCorners: true }),
    ],
  ];
  for (const [message, make] of refused) t.throws(make, message);
  t.end();
});

test("views cost no step of their own", (t) => {
  const views = {
    transpose: transpose(x),
    reshape: reshape(x, [2, 12]),
    slice: slice(x, [
      [1, 4, 2],
      [0, 3],
    ]),
    broadcastTo: broadcastTo(reshape(x, [4, 1, 6]), [4, 2, 6]),
    "a view of a view": reshape(slice(transpose(x, [1, 0]), [[2, 3]]), [4]),
  };
  for (const [name, view] of Object.entries(views)) {
    t.deepEqual(kindsOf(sum(view, { axis: 0 })), ["reduce"], name);
  }
  t.end();
});

test("a reshape that strides cannot express copies", (t) => {
  t.deepEqual(kindsOf(exp(reshape(transpose(x), [24]))), ["copy", "map"]);
  t.end();
});

test("views that change nothing are the operand", (t) => {
  t.equal(transpose(x, [0, 1]), x);
  t.equal(reshape(x, [4, -1]), x);
  t.equal(slice(x, [null, [0, 6]]), x);
  t.equal(broadcastTo(x, [4, 6]), x);
  t.equal(moveAxis(x, 1, -1), x);
  t.end();
});

test("views of views are taken together when compiled", (t) => {
  t.deepEqual(kindsOf(sum(exp(transpose(transpose(mul(x, 2)))))), ["reduce"]);
  const twice = slice(slice(exp(x), [[1, 4]]), [[1, 3]]);
  t.deepEqual(kindsOf(sum(twice)), ["map", "reduce"]);
  t.end();
});

test("concat and stack write parts in place", (t) => {
  const parts = concat([exp(x), matmul(x, input("w", [6, 2]))], 1);
  t.deepEqual(kindsOf(parts).toSorted(), ["map", "matmul"]);
  t.deepEqual(kindsOf(stack([exp(x), square(x)])), ["map", "map"]);
  t.deepEqual(kindsOf(concat([x, exp(x)], 0)).toSorted(), ["copy", "map"]);
  t.end();
});

test("pad fills its borders only", (t) => {
  const steps = stepsOf(
    pad(exp(x), [
      [1, 0],
      [2, 3],
    ]),
  );
  t.ok(steps.every(({ kind }) => kind === "map"));
  const written = steps.flatMap((step) => (step.kind === "map" ? step.outputs : []));
  const elements = written.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  t.equal(
    elements.reduce((a, b) => a + b, 0),
    5 * 11,
    "each element once",
  );
  t.end();
});

test("views check their arguments", (t) => {
  const row = input("row", [3]);
  const refused: [RegExp, () => unknown][] = [
    [
      /^ShapeError: transpose: axes must name each of the operand's 2 axes once, got \[0, 0\]/,
      () => transpose(x, [0, 0]),
    ],
    [
      /^ShapeError: transpose: axis must be an integer in \[-2, 1\], got 2/,
      () => transpose(x, [0, 2]),
    ],
    [
      /^ShapeError: transpose: without axes the operand must have at least two, got \[3\]/,
      () => transpose(row),
    ],
    [
      /^ShapeError: reshape: the shape must have the operand's 24 elements/,
      () => reshape(x, [5, -1]),
    ],
    [/^ShapeError: broadcastTo: \[4, 6\] must broadcast to the shape/, () => broadcastTo(x, [6])],
    [/^ShapeError: broadcastTo: shapes must broadcast/, () => broadcastTo(x, [2, 6])],
    [
      /^ShapeError: slice: on axis 1: 0 ≤ begin ≤ end ≤ 6 and step ≠ 0, got \[2,9\]/,
      () => slice(x, [null, [2, 9]]),
    ],
    [
      /^ShapeError: slice: there must be at most 2 ranges, got 3/,
      () => slice(x, [null, null, null]),
    ],
    [/^ShapeError: slice: on axis 0/, () => slice(x, [[0, 4, 0]])],
    [/^ShapeError: pad: there must be a pair \[before, after\]/, () => pad(x, [[-1, 0]])],
    [
      /^ShapeError: pad: by reflect, axis 0 of size 4 must get at most 3 elements on a side, got \[4, 0\] for \[4, 6\]/,
      () => pad(x, [[4, 0]], { mode: "reflect" }),
    ],
    [
      /^ShapeError: pad: by circular, axis 1 .* at most 6/,
      () =>
        pad(
          x,
          [
            [0, 0],
            [0, 7],
          ],
          { mode: "circular" },
        ),
    ],
    [
      /^ShapeError: pad: the mode must be "constant", .*, got mirror/,
      () => pad(x, [[1, 1]], { mode: "mirror" as never }),
    ],
    [
      /^ShapeError: concat: there must be values of one type, equal but on axis 0, got float \[4, 6\] and float \[3\]/,
      () => concat([x, row], 0),
    ],
    [/^ShapeError: concat: there must be at least one value, got none/, () => concat([], 0)],
    [/^ShapeError: stack: axis must be an integer in \[-2, 1\]/, () => stack([row, row], 2)],
    [/^ShapeError: squeeze: axis 0 must have size 1, got \[3\]/, () => squeeze(row, 0)],
    [/^ShapeError: expandDims: axis must be an integer in \[-2, 1\]/, () => expandDims(row, 2)],
    [
      /^ShapeError: trace: the last two axes must form a square matrix, got \[4, 6\]/,
      () => trace(x),
    ],
    [
      /^ShapeError: diagonal: .* a whole number from −m to n, got \[4, 6\], 7/,
      () => diagonal(x, 7),
    ],
    [/^ShapeError: diagonal: it must have matrices .* got \[3\], 0/, () => diagonal(row)],
    [/^ShapeError: diag: the operand must be vectors .* got \[3\], 0.5/, () => diag(row, 0.5)],
    [/^ShapeError: tril: .* the diagonal a whole number, got \[4, 6\], 0.5/, () => tril(x, 0.5)],
    [
      /^ShapeError: dot: operands must have at least one axis, got \[\] and \[3\]/,
      () => dot(2, row),
    ],
    [/^ShapeError: kron: operands must have at least two axes/, () => kron(x, row)],
    [/^ShapeError: symmetrize/, () => symmetrize(x)],
  ];
  for (const [message, make] of refused) t.throws(make, message);
  t.throws(() => moveAxis(x, 2, 0), ShapeError);
  t.equal(squeeze(input("y", [1, 3, 1])).shape.length, 1);
  t.end();
});
