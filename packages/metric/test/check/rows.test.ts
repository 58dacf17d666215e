/** Every row passes at all seeds, and none that is 10 % off does. */
import { gather, type Node, softplus } from "@metrigrad/graph";
import {
  autoMetric,
  type CheckMetricOptions,
  checkMetric,
  eluRow,
  likelihoodRows,
  linearRows,
  lookupRows,
  type Metric,
  neuronRows,
  reluRow,
  scaleRows,
  sigmoidRow,
  tanhRow,
} from "@metrigrad/metric";
import {
  type Activation,
  batchNorm,
  bernoulli,
  categorical,
  defModule,
  dense,
  gaussian,
  gaussianWithScale,
  glorotUniform,
  param,
  poisson,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { maxoutMetric } from "../support/maxout.ts";
import { timesFactor } from "../support/off.ts";
import { sweepSeeds } from "../support/seeds.ts";

const seeds = sweepSeeds;

const narrow = defModule({
  name: "narrow",
  params: { table: param([4, 1], glorotUniform) },
  apply: ({ table }, indices: Node) => gather(table, indices),
});

/** One unit where the law is integrated over. */
const unit = (activation?: Activation) =>
  dense(2, 1, activation === undefined ? {} : { activation });
const activations = [tanhRow(), sigmoidRow(), reluRow(), eluRow()].map((row) => row.activation);
const laws = [
  [categorical(), 3],
  [bernoulli(), 2],
  [bernoulli({ values: [-1, 1] }), 2],
  [gaussian({ sigma: 0.4 }), 1],
  [gaussianWithScale(), 2],
  [poisson(), 1],
] as const;

const rows: readonly (readonly [what: string, metric: Metric, options: CheckMetricOptions])[] = [
  ["linear", linearRows({ sigma: 0.5 }), { module: unit() }],
  ...[...activations, softplus].map((activation) => {
    const name = `neuron ${activation.op.name}`;
    return [name, neuronRows(), { module: unit(activation) }] as const;
  }),
  ...laws.map(([law, m]) => {
    return [`likelihood ${law.name}`, likelihoodRows(), { module: dense(2, m), law }] as const;
  }),
  ["scale and offset", scaleRows(), { module: batchNorm(1) }],
  [
    "lookup",
    lookupRows(),
    { module: narrow(), inputs: tensor(Int32Array.of(0, 2, 3, 0, 0, 0), { shape: [3, 2] }) },
  ],
  ["autoMetric", autoMetric(dense), { module: unit() }],
];

for (const [what, metric, options] of rows) {
  test(`checkMetric: ${what}, right and 10 % off`, async (t) => {
    const [high, low] = [timesFactor(metric, 1.1), timesFactor(metric, 0.9)];
    const off: number[] = [];
    const passed: number[] = [];
    for (const seed of seeds) {
      const right = await checkMetric(metric, { ...options, seed });
      if (!right.passed) t.fail(String(right));
      if (right.passed) passed.push(seed);
      const { checks } = await checkMetric(seed % 2 === 0 ? high : low, { ...options, seed });
      const found = checks.filter((check) => !check.passed).map(({ name }) => name);
      if (found.some((name) => name.endsWith("J'F_rJ by finite differences"))) off.push(seed);
    }
    t.deepEqual(passed, seeds, "right");
    t.deepEqual(off, seeds, "off");
  });
}

test("checkMetric: maxout, right and 10 % off: kinks and dead pieces", async (t) => {
  for (const seed of seeds) {
    const right = await checkMetric(maxoutMetric(1), { seed });
    t.ok(right.passed, String(right));
    const wrong = await checkMetric(maxoutMetric(1.1), { seed });
    t.notOk(wrong.passed, `10 % off, seed ${seed}`);
  }
});
