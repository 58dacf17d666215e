import test from "tape";
import {
  broadcastShapes,
  checkShape,
  normalizeAxis,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from "../src/shape.ts";

test("sizes and strides", (t) => {
  t.is(sizeOf([]), 1);
  t.is(sizeOf([2, 0, 3]), 0);
  t.is(sizeOf([2, 3, 4]), 24);
  t.deepEqual(stridesOf([2, 3, 4]), [12, 4, 1]);
  t.deepEqual(stridesOf([]), []);
  t.ok(sameShape([2, 3], [2, 3]));
  t.notOk(sameShape([2, 3], [3, 2]));
  t.notOk(sameShape([2], [2, 1]));
  t.is(showShape([50, 784]), "[50, 784]");
  t.end();
});

test("shapes broadcast as in NumPy", (t) => {
  t.deepEqual(broadcastShapes("f", [3, 1], [2, 1, 4]), [2, 3, 4]);
  t.deepEqual(broadcastShapes("f", [], [2]), [2]);
  t.deepEqual(broadcastShapes("f", [1], [0]), [0]);
  t.deepEqual(broadcastShapes("f"), []);
  t.throws(
    () => broadcastShapes("add", [2], [3]),
    /add: shapes must broadcast .* got \[2\] and \[3\]/,
  );
  t.throws(() => broadcastShapes("add", [0], [3]), /add: shapes must broadcast/);
  t.end();
});

test("axes and shapes are checked", (t) => {
  t.is(normalizeAxis("sum", -1, 3), 2);
  t.is(normalizeAxis("sum", 0, 3), 0);
  for (const axis of [3, -4, 0.5]) {
    t.throws(() => normalizeAxis("sum", axis, 3), /sum: axis must be an integer in \[-3, 2\], got/);
  }
  t.throws(() => checkShape("zeros", [2, -1]), /zeros: a shape must be a list .* got \[2,-1\]/);
  t.throws(() => checkShape("zeros", [1.5]), /zeros/);
  t.end();
});
