import { constant } from "@metrigrad/graph";
import { withoutLastRow, zeroLastRow } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { numbers } from "../support/evaluate.ts";

test("the last row is that of the last two axes", async (t) => {
  const cases = [
    [
      [1, 2, 3],
      [1, 2],
      [1, 2, 0],
    ],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2],
      [1, 2, 0, 0],
    ],
    [
      [
        [[1], [2]],
        [[3], [4]],
      ],
      [1, 3],
      [1, 0, 3, 0],
    ],
  ] as const;
  for (const [value, without, zeroed] of cases) {
    const node = constant(tensor(value as never));
    t.deepEqual(await numbers(withoutLastRow(node)), without);
    t.deepEqual(await numbers(zeroLastRow(node)), zeroed);
  }
});
