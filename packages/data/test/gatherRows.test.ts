import { gatherRows } from "@metrigrad/data";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

test("gatherRows takes rows in the order asked for, with repeats", async (t) => {
  const values = tensor(Uint8Array.from([1, 2, 3, 4, 5, 6]), { shape: [3, 2] });
  const rows = gatherRows(values, [2, 0, 2]);
  t.deepEqual(rows.toArray(), [
    [5, 6],
    [1, 2],
    [5, 6],
  ]);
  t.equal(rows.dtype, "u8");
  t.deepEqual(gatherRows(values, []).shape, [0, 2]);
});

test("gatherRows works on one axis and on three, and keeps bool", async (t) => {
  t.deepEqual(gatherRows(tensor([7, 8, 9]), Int32Array.of(1)).toArray(), [8]);
  t.deepEqual(
    gatherRows(
      tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
      [1],
    ).toArray(),
    [[[3], [4]]],
  );
  t.equal(gatherRows(tensor([true, false]), [1]).dtype, "bool");
});

test("gatherRows refuses an index outside of the tensor", async (t) => {
  const values = tensor([[1], [2]]);
  for (const index of [2, -1, 0.5, NaN]) {
    t.throws(
      () => gatherRows(values, [0, index]),
      new RegExp(`gatherRows: a row index must be an integer in 0 … 1, got ${index} at position 1`),
    );
  }
});

test("gatherRows takes rows of every leaf of a tree", async (t) => {
  const tree = { x: tensor([[1], [2]]), y: [tensor([3, 4])] as const };
  const rows = gatherRows(tree, [1, 1]);
  t.deepEqual(rows.x.toArray(), [[2], [2]]);
  t.deepEqual(rows.y[0].toArray(), [4, 4]);
  t.throws(
    () => gatherRows({ x: tensor([[1], [2]]), y: tensor([3]) }, [1]),
    /gatherRows\/y: a row index must be an integer in 0 … 0, got 1 at position 0/,
  );
  t.throws(() => gatherRows(tensor(new Float32Array(0)), [0]), /the tensor must have rows, got 0/);
});
