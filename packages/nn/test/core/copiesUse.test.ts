import { compile, constant } from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { sliceOf } from "../../src/index.ts";

test("sliceOf: what one copy has of a stack, without the axis of copies", async (t) => {
  const stack = constant(
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]),
  );
  const second = sliceOf(stack, 1);
  t.deepEqual(second.shape, [2, 2]);
  const store = await (await reference()).store([]);
  const program = await compile({ outputs: second }, store);
  t.deepEqual([...(await (await program.run()).read()).data()], [5, 6, 7, 8]);
});
