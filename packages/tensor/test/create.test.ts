import ndarray from "ndarray";
import test from "tape";
import { convert, fromView, tensor } from "../src/create.ts";
import { ShapeError } from "../src/errors.ts";

test("tensor infers shape and type", (t) => {
  t.deepEqual(
    tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).shape,
    [2, 3],
  );
  t.is(tensor([1]).dtype, "f64");
  t.is(tensor([true, false]).dtype, "bool");
  t.deepEqual(tensor([[true], [false]]).toArray(), [[1], [0]]);
  t.is(tensor(new Int32Array([1])).dtype, "i32");
  t.is(tensor(new Uint8Array([1])).dtype, "u8");
  t.deepEqual(tensor([[], []]).shape, [2, 0]);
  t.deepEqual(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray(), [
    [1, 2],
    [3, 4],
  ]);
  t.end();
});

test("tensor converts to the type asked for", (t) => {
  t.deepEqual(tensor([0.1], { dtype: "f32" }).data(), new Float32Array([0.1]));
  t.deepEqual(tensor(new Uint8Array([0, 7]), { dtype: "bool" }).toArray(), [0, 1]);
  t.is(tensor(true, { dtype: "f32" }).item(), 1);
  t.end();
});

const odd = tensor([1.9, -1.9, 3e9, -3e9, 5e9, Number.NaN, 0, 300]);

test("convert rounds, truncates and saturates", (t) => {
  const [max, min] = [2 ** 31 - 1, -(2 ** 31)];
  t.deepEqual(convert(odd, "i32").toArray(), [1, -1, max, min, max, 0, 0, 300]);
  t.deepEqual(convert(odd, "u32").toArray(), [1, 0, 3e9, 0, 2 ** 32 - 1, 0, 0, 300]);
  t.deepEqual(convert(odd, "u8").toArray(), [1, 0, 255, 0, 255, 0, 0, 255]);
  t.deepEqual(convert(odd, "bool").toArray(), [1, 1, 1, 1, 1, 1, 0, 1]);
  t.deepEqual(convert(odd, "f32").toArray(), Array.from(odd.data(), Math.fround));
  t.is(convert(odd, "f64"), odd);
  t.end();
});

test("convert reads strided views", (t) => {
  const view = fromView(ndarray(new Float64Array([1, 2, 3, 4]), [2, 2], [1, 2], 0));
  t.deepEqual(convert(view, "i32").toArray(), [
    [1, 3],
    [2, 4],
  ]);
  t.end();
});

const refused: readonly (readonly [() => unknown, RegExp])[] = [
  [
    () => tensor([[1, 2], [3]]),
    /tensor: rows of axis 1 must have 2 elements, got 1 at index \[1\]; pass/,
  ],
  [() => tensor([[1], 2]), /rows must be equally deep, got a value at index \[1\]/],
  [() => tensor([1, [2]]), /rows must be equally deep, got an array at index \[1\]/],
  [() => tensor([1, true]), /all numbers or all booleans, got boolean at index \[1\]/],
  [() => tensor(["1"] as never), /all numbers or all booleans, got string at index \[0\]/],
  [() => tensor(undefined as never), /all numbers or all booleans, got undefined/],
  [
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    /shape \[2, 2\] must hold 3 elements, got room for 4/,
  ],
  [() => tensor(1, { shape: [3] }), /shape \[3\] must hold 1 elements/],
  [() => tensor([1], { shape: [-1, -1] }), /a shape must be a list of non-negative integers/],
  [() => tensor(new Int16Array(2) as never), /must be Float32Array.*, got Int16Array; copy/],
  [
    () => fromView(ndarray(new Float32Array(2)), "f64"),
    /must be a Float64Array for f64, got Float32Array/,
  ],
];

test("what is no tensor is refused", (t) => {
  for (const [make, message] of refused) {
    t.throws(make, message);
    t.throws(make, ShapeError);
  }
  t.end();
});
