/** Results of loops as values to differentiate by. */
import { add, compile, constant, grad, mul, type Node, scan, square, sum } from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";

const xs = constant(tensor([1, 2, 3]));
/** h' = 2h + x. */
const { carry, ys } = scan(
  (h, x: Node) => {
    const next = add(mul(h, 2), x);
    return { carry: next, y: next };
  },
  constant(tensor(1)),
  xs,
);

async function valuesOf(nodes: readonly Node[]): Promise<number[][]> {
  const backend = await reference();
  const program = await compile({ outputs: nodes }, await backend.store([]));
  const handles = await program.run();
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await backend.close();
  return values.map((value) => Array.from(value.data()));
}

test("results of loops: gradients by what was kept and by the last carry are of what is made of them", async (t) => {
  const loss = add(sum(mul(square(ys), constant(tensor([1, 10, 100])))), mul(carry, 7));
  const [kept, byKept, byLast] = await valuesOf([ys, grad(loss, ys), grad(loss, carry)]);
  t.deepEqual(kept, [3, 8, 19]);
  t.deepEqual(byKept, [6, 160, 3800], "later turns are no function of what was kept");
  t.deepEqual(byLast, [7]);
});
