/** Parameters as the columns of a block, and back. */
import { constant } from "@metrigrad/graph";
import { packed, unpacked } from "@metrigrad/metric";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate } from "../support/evaluate.ts";

const a = constant(
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]),
);
const b = constant(tensor([7, 8]));

test("packed: one matrix stays the node it is; others are flattened one after the other", async (t) => {
  t.equal(packed({ form: "rows", d: 2, m: 3 }, [a]), a);
  const [column, pairs, reshaped] = await evaluate([
    packed({ form: "rows", d: 8, m: 1 }, [a, b]),
    packed({ form: "rows", d: 2, m: 4 }, [a, b]),
    packed({ form: "rows", d: 3, m: 2 }, [a]),
  ]);
  t.deepEqual(column?.toArray(), [[1], [2], [3], [4], [5], [6], [7], [8]]);
  t.deepEqual(pairs?.toArray(), [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
  t.deepEqual(reshaped?.toArray(), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
});

test("unpacked: gives the values back in their shapes", async (t) => {
  t.equal(unpacked(a, [[2, 3]])[0], a);
  const parts = unpacked(packed({ form: "rows", d: 8, m: 1 }, [a, b]), [[2, 3], [2]]);
  const [first, second] = await evaluate(parts);
  t.deepEqual(first?.toArray(), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  t.deepEqual(second?.toArray(), [7, 8]);
});

test("packed: parameters of another number of elements are refused", (t) => {
  const block = { form: "sharedGram", d: 4, m: 2 };
  t.throws(
    () => packed(block, [a, b, b]),
    /metric block sharedGram: its parameters must have as many elements as its columns \[4, 2\], got \[2, 3\] \+ \[2\] \+ \[2\]; return one block for each parameter matrix/,
  );
  t.throws(() => packed(block, []), /got none/);
  t.end();
});
