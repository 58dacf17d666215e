/** The law of wave functions: what counts in its information, and what it refuses. */
import { compile, constant } from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { amplitude, stateWeights } from "../../src/index.ts";

test("stateWeights: |ψ|² over its sum, by hand, of ln|ψ| with or without a phase", async (t) => {
  const store = await (await reference()).store([]);
  const half = Math.log(2) / 2;
  const expected = [1 / 7, 2 / 7, 4 / 7];
  const columns = {
    flat: [0, half, 2 * half],
    column: [[0], [half], [2 * half]],
    phases: [
      [0, 3],
      [half, -1],
      [2 * half, 0],
    ],
  };
  for (const [name, values] of Object.entries(columns)) {
    const program = await compile({ outputs: stateWeights(constant(tensor(values))) }, store);
    const found = [...(await (await program.run()).read()).data()];
    const off = Math.max(...found.map((one, at) => Math.abs(one - (expected[at] as number))));
    t.ok(found.length === 3 && off < 1e-12, `${name}: ${found}`);
  }
});

test("amplitude: rows are centred; states count by |ψ|² where all are there", (t) => {
  const h = constant(tensor([0, 1, 2]));
  const [drawn] = amplitude().parts(h);
  t.deepEqual([drawn?.centred, drawn?.weights, drawn?.natural.shape], [true, null, [3, 1]]);
  const [all] = amplitude({ enumerated: true }).parts(h);
  t.deepEqual([all?.centred, all?.weights?.shape], [true, [3]]);
  t.end();
});

test("amplitude: refuses draws, scores, other shapes and options", (t) => {
  const h = constant(tensor([0, 1, 2]));
  t.throws(
    () => amplitude().sample(h, "x"),
    /must describe an observed value .* come from the model/,
  );
  t.throws(() => amplitude().logProb(h, h), /must describe an observed value/);
  t.throws(
    () => amplitude().parts(constant(tensor([[1, 2, 3]]))),
    /h must be ln\|ψ\|, .* got \[1, 3\]/,
  );
  t.throws(() => amplitude({ all: true } as never), /amplitude.*all/);
  t.end();
});
