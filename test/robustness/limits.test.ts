/** Blocks in float32 near the limits of their damping and of their factors. */
import { cpu } from "@metrigrad/cpu";
import { compile, constant, type Node } from "@metrigrad/graph";
import { kronecker, sharedGram, unitGram } from "@metrigrad/metric";
import { type Backend, reference, type Tensor, tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";

const stream = uniformStream({ seed: 4, path: "limits" });

/** Normal draws [rows, columns] from a place on, rounded to float32. */
function draw(from: number, rows: number, columns: number): Tensor {
  const values = Array.from({ length: rows * columns }, (_, i) =>
    Math.fround(stream.normal(from + i)),
  );
  return tensor(values, { shape: [rows, columns] });
}

async function valueOn(open: () => Promise<Backend>, outputs: Node): Promise<number[]> {
  const backend = await open();
  const program = await compile({ outputs }, await backend.store([]));
  const found = [...(await (await program.run()).read()).data()];
  await backend.close();
  return found;
}

/** Largest difference of float32 from float64 relative to the largest entry of a column. */
async function errorOf(node: Node): Promise<number> {
  const got = await valueOn(() => cpu({ threads: 1 }), node);
  const right = await valueOn(reference, node);
  const scales = Array.from({ length: m }, (_, i) =>
    Math.max(...right.filter((_, k) => k % m === i).map(Math.abs)),
  );
  const off = right.map((value, k) => Math.abs((got[k] as number) - value));
  return Math.max(...off.map((error, k) => error / (scales[k % m] as number)));
}

const [n, d, m] = [5, 9, 3];
const x = constant(draw(0, n, d - 1));
const delta = constant(draw(100, n, m));
const rest = { v: constant(draw(200, d, m)), along: constant(draw(300, n, m)) };
/** Of weights from 0 to 1 in the last column. */
const nu = constant(
  tensor([1, 0.3, 1, 0.2, 1, 1e-9, 1, 0.5, 1e-20, 0.4, 0.1, 0, 0.6, 1, 0.1], { shape: [n, m] }),
);

for (const [name, block] of [
  ["one matrix for all units", sharedGram(x, m)],
  ["a matrix per unit, with weights from 0 to 1", unitGram(x, nu)],
] as const) {
  test(`float32, ${name}: fewer rows than dimensions keep their digits in the space of outputs at λ of 1e-6 of the trace`, async (t) => {
    const options = { damping: { relative: 1e-6 }, solver: "woodbury" } as const;
    const error = await errorOf(block.solveOutputs?.(delta, null, options) as Node);
    t.ok(error < 1e-4, `off by ${error.toExponential(1)}`);
    const damping = { absolute: 0.1 };
    const whole = await errorOf(block.solveOutputs?.(delta, rest, { ...options, damping }) as Node);
    t.ok(whole < 1e-4, `with a rest off by ${whole.toExponential(1)}`);
  });
}

test("float32, split damping: as a factor becomes 0, the damped product becomes λI", async (t) => {
  const v = draw(400, 2, 2);
  const expected = [...v.data()].map((value) => value / 0.1);
  for (const small of [1e-12, 1e-25, 0]) {
    const [a, g] = [
      tensor([
        [20, 10],
        [10, 30],
      ]),
      tensor([
        [2 * small, small],
        [small, small],
      ]),
    ].map((one) => constant(one)) as [Node, Node];
    for (const block of [kronecker(a, g, { split: true }), kronecker(g, a, { split: true })]) {
      const outputs = block.solve(constant(v), { damping: { absolute: 0.1 } });
      const got = await valueOn(() => cpu({ threads: 1 }), outputs);
      const error = Math.max(
        ...expected.map((value, i) => Math.abs((got[i] as number) / value - 1)),
      );
      t.ok(error < 1e-4, `a factor of ${small}: off by ${error.toExponential(1)}`);
    }
  }
});
