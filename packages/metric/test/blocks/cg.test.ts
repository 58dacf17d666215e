/** Conjugate gradients as a loop: exact after as many steps as there are unknowns, and steady afterwards. */
import { compile, input, matmul, type Node, planOf } from "@metrigrad/graph";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { conjugateGradients } from "../../src/blocks/cg.ts";

const v: Node = input("v", [2, 2]);
// [[4, 1], [1, 3]], whose inverse is [[3, −1], [−1, 4]]/11.
const apply = (x: Node) =>
  matmul(
    [
      [4, 1],
      [1, 3],
    ],
    x,
  );
const solved = (iterations: number) =>
  conjugateGradients({ apply, precondition: (r) => r, columns: "own" }, v, iterations);

test("conjugate gradients solve each column, and more steps change nothing", async (t) => {
  const backend = await reference();
  const store = await backend.store([]);
  const program = await compile({ outputs: [solved(2), solved(30)] }, store);
  const handles = await program.run({
    v: [
      [1, 0],
      [0, 1],
    ],
  });
  for (const handle of handles) {
    const got = Array.from((await handle.read()).data());
    const off = [3, -1, -1, 4].map((x, i) => Math.abs((got[i] as number) - x / 11));
    t.ok(Math.max(...off) < 1e-14);
  }
  await backend.close();
});

test("the plan of conjugate gradients does not grow with the number of steps", (t) => {
  const kinds = (iterations: number) => {
    const { plan } = planOf({ outputs: [solved(iterations)], updates: [], float: "f64" });
    return plan.steps.map(({ kind }) => kind);
  };
  t.deepEqual(kinds(200), kinds(3));
  t.equal(kinds(200).filter((kind) => kind === "loop").length, 1);
  t.end();
});
