/** Values that shrink from turn to turn must not stay in denormals, on which processors are many times slower. */
import { cpu } from "@metrigrad/cpu";
import { compile, constant, mul, type Node, scan } from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

/** A number of which a tenth, twice, is below the smallest of full precision. */
const starts = { f32: [1e-36, 2 ** -126], f64: [1e-306, 2 ** -1022] } as const;

for (const float of ["f32", "f64"] as const) {
  test(`cpu: what a loop of ${float} carries decays to zero and not into denormals`, async (t) => {
    const [first, smallest] = starts[float];
    const start = constant(tensor(Float64Array.of(first, 1), { shape: [2] }));
    const cell = (x: Node) => ({ carry: mul(x, 0.1), y: mul(x, 0.5) });
    const { ys } = scan(cell, start, null, { turns: 6 });
    const backend = await cpu({ threads: 1 });
    const store = await backend.store([], { float });
    const program = await compile({ outputs: ys }, store);
    const values = (await (await program.run()).read()).data();
    const small = [...values].filter((_, at) => at % 2 === 0);
    t.deepEqual(
      small.map((x) => x !== 0 && Math.abs(x) < smallest),
      small.map(() => false),
    );
    t.equal(small.at(-1), 0);
    t.ok(Math.abs((values[11] as number) / 5e-6 - 1) < 1e-5, "other values stay");
    await backend.close();
  });
}
