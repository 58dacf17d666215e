/** Monte-Carlo RFIM against the closed forms, judged in standard errors. */
import { defElementwise, elu, exp, leakyRelu, softplus } from "@metrigrad/graph";
import {
  eluRow,
  fisher,
  fullMetrics,
  type MetricTable,
  metrics,
  neuronRows,
  poissonRow,
  reluRow,
  rfim,
  sigmoidRow,
  stackedMetrics,
  tanhRow,
  type UnitRow,
} from "@metrigrad/metric";
import {
  bernoulli,
  categorical,
  dense,
  gaussian,
  gaussianWithScale,
  type RowLaw as Law,
  type Module,
  poisson,
  sequential,
} from "@metrigrad/nn";
import type { Tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { deviation } from "../support/deviation.ts";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";

const n = 6;
const x = asTensor(matrixOf("x", n, 2));

/** A layer with the law of its response, and the closed form of its metric. */
interface Sampled {
  readonly name: string;
  readonly module: Module;
  readonly law: Law;
  /** The neurons that respond so by themselves, by their row; `module` under `law` else. */
  readonly neurons?: readonly [module: Module, row: UnitRow];
  /** Draws: 2000 by default. */
  readonly samples?: number;
  /** `fullMetrics` by default; the first subsystem counts. */
  readonly table?: MetricTable;
}

/** relu_ω of ι = 0.1, ω = 0.5: the mean of the relu neurons' response. */
const softened = defElementwise({ name: "softened", f: "0.5*log(exp(0.2*x)+exp(2*x))" });

const layers: readonly Sampled[] = [
  {
    name: "tanh neurons",
    module: dense(2, 2),
    law: bernoulli({ values: [-1, 1] }),
    neurons: [dense(2, 2, { activation: "tanh" }), tanhRow()],
  },
  {
    name: "sigm neurons",
    module: dense(2, 2),
    law: bernoulli(),
    neurons: [dense(2, 2, { activation: "sigmoid" }), sigmoidRow()],
  },
  {
    name: "relu neurons",
    module: dense(2, 2, { activation: softened }),
    law: gaussian({ sigma: 2 }),
    neurons: [
      dense(2, 2, { activation: leakyRelu(0.1) }),
      reluRow({ leak: 0.1, omega: 0.5, sigma: 2 }),
    ],
  },
  {
    name: "element-wise neurons",
    module: dense(2, 2, { activation: softplus }),
    law: gaussian({ sigma: 0.5 }),
  },
  {
    name: "elu neurons",
    module: dense(2, 2, { activation: elu }),
    law: gaussian({ sigma: 0.7 }),
    neurons: [dense(2, 2, { activation: elu }), eluRow({ sigma: 0.7 })],
  },
  {
    name: "Poisson neurons",
    module: dense(2, 2),
    law: poisson(),
    neurons: [dense(2, 2, { activation: exp }), poissonRow()],
  },
  {
    name: "responses of unknown scale",
    module: dense(2, 2),
    law: gaussianWithScale(),
    // The score z² − 1 of a scale has a kurtosis of 15.
    samples: 16_000,
  },
  {
    name: "two layers",
    module: sequential(dense(2, 2, { activation: "tanh" }), dense(2, 3)),
    law: categorical(),
    table: stackedMetrics(),
  },
  { name: "linear layer", module: dense(2, 2), law: gaussian({ sigma: 0.5 }) },
  { name: "soft-max layer", module: dense(2, 3), law: categorical() },
];

/** The closed form of a layer's metric, and the scores of draws [n·count, K], those of a row together. */
async function drawn(
  { module, law: likelihood, neurons, samples = 2000, table = fullMetrics }: Sampled,
  on: Tested,
) {
  const store = await on.store(module, 1);
  const kind = { samples, seed: 3 };
  const estimate = await fisher(module, x, { store, likelihood, kind });
  const { rows } = await estimate.toRows();
  const [own, options] =
    neurons === undefined
      ? [module, { likelihood, metrics: table }]
      : [neurons[0], { metrics: metrics(neuronRows([neurons[1]])) }];
  // Another module has weights of its own: the same values.
  const other = await on.store(own);
  for (const { path } of own.variables) await other.write(path, await store.read(path));
  const { blocks } = await rfim(own, x, { store: other, ...options });
  const closed = asMatrix((await blocks[0]?.toDense()) as Tensor);
  await store.close();
  await other.close();
  return { closed, scores: asMatrix(rows).subMatrix(0, n * samples - 1, 0, closed.rows - 1) };
}

for (const on of backends) {
  for (const layer of layers) {
    const { samples = 2000 } = layer;
    test(`T6 ${layer.name}: ${samples} draws agree within 4.5 standard errors, seed 3, and ring on a formula 10 % off, on ${on.name}`, async (t) => {
      const { closed, scores } = await drawn(layer, on);
      const [right, wrong] = [closed, Matrix.mul(closed, 1.1)].map((g) =>
        deviation(scores, n, samples, g),
      );
      t.ok((right ?? 99) < 4.5, `${right?.toFixed(1)} standard errors`);
      t.ok((wrong ?? 0) > 4.5, `${wrong?.toFixed(1)} where all of it is 10 % off`);
    });
  }
}
