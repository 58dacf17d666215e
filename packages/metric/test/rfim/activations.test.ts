/** Activations without a row of their own get it from their derivative: f'(t)²/σ². */
import {
  celu,
  constant,
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
import { type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap } from "../support/evaluate.ts";

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

const points = [-4.2, -2.3, -0.7, -0.2, 0.3, 0.8, 2.6, 7.1];
const step = 1e-5;
const sigma = 0.7;

test("activations: ν is the squared slope by finite differences over σ²", async (t) => {
  for (const [name, activation] of Object.entries(activations)) {
    const row = elementwiseRow(activation, { sigma });
    const at = (shift: number) => activation(points.map((x) => x + shift));
    const nodes = [row.nu(constant(tensor(points))), at(step), at(-step)];
    const [nu, up, down] = (await evaluate(nodes)) as [Tensor, Tensor, Tensor];
    const wanted = Array.from(up.data(), (value, i) => {
      return ((value - (down.data()[i] as number)) / (2 * step) / sigma) ** 2;
    });
    t.ok(gap(nu.data(), wanted) < 1e-8, name);
    t.equal(dense(2, 2, { activation: name }).options.activation, activation, "by its name too");
  }
});

test("mish: its row is E[score score'] and J'F_rJ, and the check rings on another slope", async (t) => {
  const row = elementwiseRow(mish);
  const report = await checkMetric(row, { samples: 0 });
  t.ok(report.passed, String(report));
  const wrong = { ...row, nu: elementwiseDerivative(mish) };
  t.notOk((await checkMetric(wrong, { samples: 0 })).passed);
});
