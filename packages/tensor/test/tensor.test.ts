import ndarray from "ndarray";
import test from "tape";
import { fromView, tensor } from "../src/create.ts";
import { isTensor } from "../src/tensor.ts";

const transposed = fromView(ndarray(new Float32Array([1, 2, 3, 4, 5, 6]), [3, 2], [1, 3], 0));
const reversed = fromView(ndarray(new Float64Array([1, 2, 3, 4]), [3], [-1], 3));
const repeated = fromView(ndarray(new Int32Array([7, 8]), [2, 2], [1, 0], 0));

test("elements are row-major whatever the strides", (t) => {
  t.deepEqual(transposed.data(), new Float32Array([1, 4, 2, 5, 3, 6]));
  t.deepEqual(transposed.toArray(), [
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  t.deepEqual(reversed.toArray(), [4, 3, 2]);
  t.deepEqual(repeated.toArray(), [
    [7, 7],
    [8, 8],
  ]);
  t.is(transposed.get(1, 1), 5);
  t.is(transposed.size, 6);
  t.deepEqual(transposed.shape, [3, 2]);
  t.end();
});

test("contiguous data are not copied", (t) => {
  const data = new Float64Array([1, 2, 3, 4]);
  t.is(tensor(data).data(), data);
  t.is(tensor(data, { shape: [2, 2] }).data(), data);
  t.is(fromView(ndarray(data, [1, 4], [99, 1], 0)).data(), data, "strides of single rows");
  const tail = fromView(ndarray(data, [2], [1], 2)).data();
  t.is(tail.buffer, data.buffer);
  t.deepEqual(tail, new Float64Array([3, 4]));
  t.end();
});

test("scalars and empty tensors", (t) => {
  const scalar = tensor(2.5);
  t.deepEqual(scalar.shape, []);
  t.is(scalar.item(), 2.5);
  t.is(scalar.get(), 2.5);
  t.is(scalar.toArray(), 2.5);
  t.is(fromView(ndarray(new Float64Array([1, 2]), [], [], 1)).item(), 2);
  const empty = tensor(new Float32Array(0), { shape: [2, 0, 3] });
  t.is(empty.size, 0);
  t.deepEqual(empty.toArray(), [[], []]);
  t.deepEqual(tensor([]).toArray(), []);
  t.is(reversed.get(0), 4);
  t.end();
});

test("item and get refuse what they cannot give", (t) => {
  t.throws(
    () => transposed.item(),
    /item: the tensor must have exactly one element, got shape \[3, 2\]; use get/,
  );
  t.throws(
    () => transposed.get(3, 0),
    /get: the index must lie in shape \[3, 2\], got \[3, 0\]; pass/,
  );
  t.throws(() => transposed.get(0), /got \[0\]/);
  t.throws(() => transposed.get(0, -1), /got \[0, -1\]/);
  t.end();
});

test("tensors are frozen and known", (t) => {
  t.ok(Object.isFrozen(transposed) && Object.isFrozen(transposed.shape));
  t.ok(isTensor(transposed));
  for (const other of [null, 1, [1], { dtype: "f32" }]) t.notOk(isTensor(other));
  t.end();
});
