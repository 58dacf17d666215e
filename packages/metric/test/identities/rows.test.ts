/** The rows of the table against their definition, worked out in plain JavaScript. */
import { mul } from "@metrigrad/graph";
import {
  checkMetric,
  metrics,
  neuronRows,
  standardUnitRows,
  tanhRow,
  type UnitRow,
} from "@metrigrad/metric";
import test from "tape";
import { backends } from "../support/backends.ts";
import { asMatrix, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { layerMetric, layers } from "../support/layers.ts";
import { expectedFisher } from "../support/units.ts";

const w = matrixOf("w", 3, 2);
const x = matrixOf("x", 5, 2);

for (const layer of layers) {
  const expected = expectedFisher(layer.unit, w, augmented(x));
  for (const on of backends) {
    test(`T1 ${layer.name} = E[score score'], scores by finite differences, on ${on.name}`, async (t) => {
      const { g, close } = await layerMetric(layer, w, x, on);
      const dense = asMatrix(await (g.blocks[0] as (typeof g.blocks)[0]).toDense());
      await close();
      t.ok(gap(dense.to1DArray(), expected.to1DArray()) < on.limit(1e-9, 1e-6));
    });
  }
}

const off: UnitRow = { ...tanhRow(), nu: (t) => mul(tanhRow().nu(t), 1.001) };

for (const on of backends) {
  test(`T1 the comparison with E[score score'] rings on a formula 0.1 % off, on ${on.name}`, async (t) => {
    const [layer] = layers as [(typeof layers)[0]];
    const wrong = { ...layer, table: metrics(neuronRows([off])) };
    const { g, close } = await layerMetric(wrong, w, x, on);
    const found = asMatrix(await (g.blocks[0] as (typeof g.blocks)[0]).toDense());
    await close();
    const expected = expectedFisher(layer.unit, w, augmented(x)).to1DArray();
    t.ok(gap(found.to1DArray(), expected) > 100 * on.limit(1e-9, 1e-6));
  });
}

test("T1 every row of the standard table by checkMetric, on layers of it", async (t) => {
  const report = await checkMetric(neuronRows(), { samples: 0 });
  t.ok(report.passed, String(report));
  const exact = report.checks.filter(({ name }) => name.endsWith("J'F_rJ by finite differences"));
  t.equal(exact.length, standardUnitRows.length + 2);
});

test("T1 the check rings on a formula 0.1 % off", async (t) => {
  const report = await checkMetric(off, { samples: 0 });
  t.notOk(report.passed);
  t.match(
    String(report),
    /OFF {2}dense, unitGram, bernoulli\{-1, 1\}: E\[score score'\] = J'F_rJ by/,
  );
});
