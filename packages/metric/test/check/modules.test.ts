/** Every row of a kind of module passes on its own examples, and none that is 10 % off does. */
import {
  type CheckMetricOptions,
  checkMetric,
  filmRows,
  fourierRows,
  hyperDenseRows,
  linearRows,
  type Metric,
  mixtureRows,
  neuronRows,
  preluRows,
  radialBasisRows,
  spectralNormRows,
  swishRows,
  weightNormRows,
} from "@metrigrad/metric";
import {
  bernoulli,
  categorical,
  dense,
  film,
  fourierFeatures,
  gaussian,
  hyperDense,
  independent,
  mixtureOfExperts,
  prelu,
  radialBasis,
  spectralNorm,
  swish,
  weightNorm,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { timesFactor } from "../support/off.ts";

const [pairs, conditions] = [
  tensor(Float64Array.of(0.3, -1.2, 0.9, 0.4), { shape: [2, 2, 1] }),
  tensor(Float64Array.of(0.8, -0.5), { shape: [2, 1] }),
];
const inputs = { x: pairs, condition: conditions };
const relu = { activation: "relu" } as const;
const experts = { count: 3, make: () => dense(2, 1) };
const weighed = tensor([0.5, 2, 0.5, 1, 0, 2]);
const all = tensor(
  Float64Array.from({ length: 12 }, (_, k) => Math.sin(3 * k)),
  { shape: [6, 2] },
);
const one = tensor(
  Float64Array.from({ length: 6 }, (_, k) => Math.sin(3 * k)),
  { shape: [6, 1] },
);

/** One unit where the law is integrated over. */
const rows: Readonly<Record<string, readonly [Metric, CheckMetricOptions]>> = {
  film: [filmRows(), { module: film(1, 1), inputs }],
  "Fourier features": [
    fourierRows(),
    { module: fourierFeatures(1, 1, { trainable: true }), inputs: one },
  ],
  "hyper layer": [hyperDenseRows(), { module: hyperDense(1, 1, 1), inputs }],
  "gate of a mixture": [mixtureRows(), { module: mixtureOfExperts(2, experts) }],
  "gate of a choice": [
    mixtureRows(),
    { module: mixtureOfExperts(2, experts, { response: "choice" }) },
  ],
  "slope of a rectifier": [preluRows(), { module: prelu(), inputs: one }],
  "radial basis": [radialBasisRows(), { module: radialBasis(2, 1) }],
  "spectral norm": [spectralNormRows(), { module: spectralNorm(2, 1) }],
  swish: [swishRows(), { module: swish(), inputs: one }],
  "weight norm": [weightNormRows(), { module: weightNorm(2, 1) }],
};

const offBy = async (metric: Metric, options: CheckMetricOptions) => {
  const { checks } = await checkMetric(metric, options);
  return checks.filter(({ passed }) => !passed).map(({ name }) => name);
};
const differs = (name: string) => name.endsWith("J'F_rJ by finite differences");

for (const [name, [metric, options]] of Object.entries(rows)) {
  test(`checkMetric: ${name}, right and 10 % off`, async (t) => {
    const right = await checkMetric(metric, options);
    t.ok(right.passed, String(right));
    t.ok((await offBy(timesFactor(metric, 1.1), options)).some(differs), "10 % off");
  });
}

test("checkMetric: other laws, activations and weights of samples", async (t) => {
  const law = bernoulli();
  const classes = { law: categorical() };
  const cases: Readonly<Record<string, readonly [Metric, CheckMetricOptions]>> = {
    "film, binary": [filmRows(), { module: film(1, 1), law: independent(law, 1), inputs }],
    "film, weighted": [filmRows(), { module: film(1, 1), rowWeights: tensor([0.5, 1.5]), inputs }],
    "hyper layer, tanh": [
      hyperDenseRows(),
      { module: hyperDense(1, 1, 1, { activation: "tanh" }), inputs },
    ],
    "hyper layer, classes": [
      hyperDenseRows(),
      { module: hyperDense(1, 2, 1), law: independent(categorical(), 1), inputs },
    ],
    "gate, binary": [mixtureRows(), { module: mixtureOfExperts(2, experts, { top: 1 }), law }],
    "gate, weighted": [
      mixtureRows(),
      { module: mixtureOfExperts(2, experts), inputs: all, rowWeights: weighed },
    ],
    "slope, σ = 0.4": [
      preluRows(),
      { module: prelu(1), law: gaussian({ sigma: 0.4 }), inputs: one },
    ],
    "slope, classes": [preluRows(), { module: prelu(2), inputs: all, ...classes }],
    "slope, weighted": [preluRows(), { module: prelu(), inputs: one, rowWeights: weighed }],
    "β, binary": [swishRows(), { module: swish(2), inputs: all, law }],
    "radial basis, binary": [radialBasisRows(), { module: radialBasis(2, 1), law }],
    "radial basis, weighted": [
      radialBasisRows(),
      { module: radialBasis(2, 1), inputs: all, rowWeights: weighed },
    ],
    "spectral norm, relu": [spectralNormRows(), { module: spectralNorm(2, 1, relu) }],
    "spectral norm, classes": [spectralNormRows(), { module: spectralNorm(2, 2), ...classes }],
    "spectral norm, linear": [
      spectralNormRows({ at: "linear" }),
      { module: spectralNorm(2, 1, relu) },
    ],
    "weight norm, relu": [weightNormRows(), { module: weightNorm(2, 1, relu) }],
    "weight norm, classes": [weightNormRows(), { module: weightNorm(2, 2), ...classes }],
    "weight norm, linear": [weightNormRows({ at: "linear" }), { module: weightNorm(2, 1, relu) }],
    "experts, weighted": [
      linearRows(),
      { module: mixtureOfExperts(2, experts), inputs: all, rowWeights: weighed },
    ],
  };
  for (const [name, [metric, options]] of Object.entries(cases)) {
    const right = await checkMetric(metric, options);
    t.ok(right.passed, `${name}: ${right.passed ? "" : String(right)}`);
  }
});

test("checkMetric: the rows of experts count by their gates, and the check rings where they do not", async (t) => {
  const activation = "tanh";
  const mixture = mixtureOfExperts(2, { count: 3, make: () => dense(2, 1, { activation }) });
  const right = await checkMetric(neuronRows(), { module: mixture });
  t.ok(right.passed, String(right));
  const bare = neuronRows();
  const ungated: Metric = {
    ...bare,
    block: (context, use) => bare.block({ ...context, routing: null }, use),
  };
  t.ok((await offBy(ungated, { module: mixture })).some(differs), "without gates");
});

test("rows of normed layers: another option is refused", (t) => {
  t.throws(
    () => weightNormRows({ at: "unit t" as never }),
    /weightNormRows: at must be "linear" or "unit", got unit t; leave it out/,
  );
  t.throws(() => spectralNormRows({ sigma: 1 } as never), /spectralNormRows: .*sigma/);
  t.end();
});
