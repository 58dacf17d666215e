import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { add, constant, makeNode, type Node, type Op, transpose } from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";

test("simplify: what a rewrite makes is looked at once, also where it is shared at every level", async (t) => {
  const depth = 60;
  // 2⁶⁰ x, made of 60 sums of a value with itself: 2⁶⁰ ways lead from the result to x.
  const scaled: Op<null> = {
    name: "scaled",
    infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
    vjp: () => [null],
    batch: (_, inputs) => makeNode(scaled, inputs, null),
    lower: () => undefined,
    rewrite: (node) => {
      let sum = node.inputs[0] as Node;
      for (let level = 0; level < depth; level++) sum = transpose(add(sum, sum));
      return sum;
    },
  };
  const [value] = await evaluate([makeNode(scaled, [constant(tensor([[1, 2]]))], null)]);
  t.deepEqual(value?.toArray(), [[2 ** 60, 2 ** 61]]);
});

test("simplify: equal nodes are rewritten once", async (t) => {
  let rewritten = 0;
  const doubled: Op<null> = {
    name: "doubled",
    infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
    vjp: () => [null],
    batch: (_, inputs) => makeNode(doubled, inputs, null),
    lower: () => undefined,
    rewrite: (node) => {
      rewritten += 1;
      return add(node.inputs[0] as Node, node.inputs[0] as Node);
    },
  };
  const x = constant(tensor([1, 2]));
  const twice = [makeNode(doubled, [x], null), makeNode(doubled, [x], null)];
  const values = await evaluate(twice);
  t.deepEqual(
    values.map((value) => value.toArray()),
    [
      [2, 4],
      [2, 4],
    ],
  );
  t.equal(rewritten, 1);
});
