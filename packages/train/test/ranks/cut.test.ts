import {
  cholesky,
  choleskyShift,
  compile,
  gram,
  matmul,
  meanOverRanks,
  mul,
  type Node,
  sum,
  variable,
} from "@metrigrad/graph";
import { reference, type Store, tensor } from "@metrigrad/tensor";
import test from "tape";
import { type Cut, cutAtExchanges } from "../../src/ranks/cut.ts";

/** Runs the stages of one rank of two that both have the same values, so that a sum is twice the value. */
async function outputsOf({ stages }: Cut, store: Store): Promise<number[][]> {
  let last: number[][] = [];
  for (const { outputs, updates, summed } of stages) {
    const program = await compile({ outputs, updates }, store);
    const handles = await program.run({});
    last = await Promise.all(handles.map(async (one) => [...(await one.read()).data()]));
    if (summed === null) continue;
    const doubled = (await store.read(summed.attrs)).data().map((value) => 2 * value);
    await store.write(summed.attrs, tensor(doubled, { shape: summed.shape }));
  }
  return last;
}

test("a factor and its shift, both read after a later exchange, are kept and not computed again", async (t) => {
  const backend = await reference();
  const init = () => Float32Array.from({ length: 20 }, (_, at) => Math.sin(at));
  const x = variable("x", [5, 4], { role: "data", init });
  const store = await backend.store([{ path: "x", spec: x.attrs }]);
  const graph = (ranks: { rank: number; size: number }): Node[] => {
    const l = cholesky(meanOverRanks(gram(x), ranks), { shift: 0.25 });
    const length = meanOverRanks(sum(matmul(x, l)), ranks);
    // The second reads the shift through a value that takes no work itself.
    return [mul(l, length), mul(mul(choleskyShift(l), 2), length)];
  };
  const whole = (ranks: { rank: number; size: number }) =>
    cutAtExchanges({ outputs: graph(ranks), updates: [] }, ranks);
  const alone = await outputsOf(whole({ rank: 0, size: 1 }), store);
  const cut = whole({ rank: 0, size: 2 });
  t.equal(cut.stages.length, 3);
  t.deepEqual(await outputsOf(cut, store), alone);
});
