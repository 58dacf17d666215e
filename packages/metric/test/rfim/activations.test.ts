/** Activations without a row of their own get it from their derivative: f'(t)²/σ². */
import {
  celu,
  elementwiseDerivative,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  logsigmoid,
  mish,
  relu6,
  selu,
  softshrink,
  softsign,
} from "@metrigrad/graph";
import { checkMetric, elementwiseRow } from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import test from "tape";

/** Each beside its name as a layer's activation. */
const activations = {
  celu: celu(),
  hardshrink: hardshrink(),
  hardsigmoid,
  hardswish,
  hardtanh,
  logsigmoid,
  mish,
  relu6,
  selu,
  softshrink: softshrink(),
  softsign,
};

for (const [name, activation] of Object.entries(activations)) {
  test(`${name}: its row is E[score score'] and J'F_rJ`, async (t) => {
    const row = elementwiseRow(activation);
    const report = await checkMetric(row, { samples: 0 });
    t.ok(report.passed, String(report));
    t.equal(dense(2, 2, { activation: name }).options.activation, activation, "by its name too");
  });
}

test("the check rings on a row of another slope", async (t) => {
  const right = elementwiseRow(mish);
  const wrong = { ...right, nu: elementwiseDerivative(mish) };
  t.notOk((await checkMetric(wrong, { samples: 0 })).passed);
});
