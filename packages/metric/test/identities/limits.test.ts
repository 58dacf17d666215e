import { constant, defElementwise, fill } from "@metrigrad/graph";
import { metrics, neuronRows, sharedGram, unitGram } from "@metrigrad/metric";
import test from "tape";
import { backends } from "../support/backends.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { evaluate, gap } from "../support/evaluate.ts";
import { layerMetric } from "../support/layers.ts";

const x = matrixOf("x", 7, 3);

for (const on of backends) {
  test(`T17 the non-linear layer with ν = 1 is the linear layer, on ${on.name}`, async (t) => {
    const rows = constant(asTensor(x));
    const v = constant(asTensor(matrixOf("v", 4, 2)));
    const [units, shared] = [unitGram(rows, fill([7, 2], 1)), sharedGram(rows, 2)];
    const damping = { relative: 0.02, absolute: 0.1 };
    const [a, b, c, d, e, f] = await evaluate(
      [
        units.toMatrices(),
        shared.toMatrices(),
        units.apply(v),
        shared.apply(v),
        units.solve(v, { damping }),
        shared.solve(v, { damping }),
      ],
      on,
    );
    const one = [...(b?.data() ?? [])];
    t.ok(
      gap(a?.data() ?? [], [...one, ...one]) < on.limit(1e-14, 1e-6),
      "one matrix per unit, all the shared one",
    );
    t.ok(gap(c?.data() ?? [], d?.data() ?? []) < on.limit(1e-14, 1e-6), "apply");
    t.ok(gap(e?.data() ?? [], f?.data() ?? []) < on.limit(1e-12, 5e-6), "solve");
  });

  test(`T17 a layer with the activation f(t) = t has the metric of one without, on ${on.name}`, async (t) => {
    const identity = defElementwise({ name: "identity", f: "x" });
    const w = matrixOf("w", 4, 2);
    const table = metrics(neuronRows());
    const [curved, straight] = await Promise.all([
      layerMetric({ activation: identity, table }, w, x, on),
      layerMetric({ activation: null, table }, w, x, on),
    ]);
    const [a, b] = [curved.g.blocks[0], straight.g.blocks[0]];
    t.deepEqual([a?.form, b?.form], ["unitGram", "sharedGram"]);
    t.ok(
      gap((await a?.toDense())?.data() ?? [], (await b?.toDense())?.data() ?? []) <
        on.limit(1e-14, 1e-6),
    );
    await curved.close();
    await straight.close();
  });
}
