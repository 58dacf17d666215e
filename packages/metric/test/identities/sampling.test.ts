/** Monte-Carlo RFIM against the closed forms, judged in standard errors. */
import { defElementwise, leakyRelu, softplus } from "@metrigrad/graph";
import {
  denseMetric,
  fisher,
  fullMetrics,
  metrics,
  reluRow,
  rfim,
  sigmoidRow,
  tanhRow,
  type UnitRow,
} from "@metrigrad/metric";
import { bernoulli, categorical, dense, gaussian, type Law, type Module } from "@metrigrad/nn";
import type { Tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { deviation } from "../support/deviation.ts";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";

const samples = 2000;
const n = 6;
const x = asTensor(matrixOf("x", n, 2));

/** A layer with the law of its response, and the closed form of its metric. */
interface Sampled {
  readonly name: string;
  readonly module: Module;
  readonly law: Law;
  /** The neurons that respond so by themselves, by their row; `module` under `law` else. */
  readonly neurons?: readonly [module: Module, row: UnitRow];
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
  { name: "linear layer", module: dense(2, 2), law: gaussian({ sigma: 0.5 }) },
  { name: "soft-max layer", module: dense(2, 3), law: categorical() },
];

/** The closed form of a layer's metric, and the scores of draws [n·count, K], those of a row together. */
async function drawn({ module, law: likelihood, neurons }: Sampled, on: Tested) {
  const store = await on.store(module, 1);
  const kind = { samples, seed: 3 };
  const estimate = await fisher(module, x, { store, likelihood, kind });
  const { rows } = await estimate.toRows();
  const { blocks } = await (neurons === undefined
    ? rfim(module, x, { store, likelihood, metrics: fullMetrics })
    : rfim(neurons[0], x, { store, metrics: metrics(denseMetric([neurons[1]])) }));
  const closed = asMatrix((await blocks[0]?.toDense()) as Tensor);
  await store.close();
  return { closed, scores: asMatrix(rows) };
}

for (const on of backends) {
  for (const layer of layers) {
    test(`T6 ${layer.name}: 2000 draws agree within 4.5 standard errors, seed 3, and ring on a formula 10 % off, on ${on.name}`, async (t) => {
      const { closed, scores } = await drawn(layer, on);
      const [right, wrong] = [closed, Matrix.mul(closed, 1.1)].map((g) =>
        deviation(scores, n, samples, g),
      );
      t.ok((right ?? 99) < 4.5, `${right?.toFixed(1)} standard errors`);
      t.ok((wrong ?? 0) > 4.5, `${wrong?.toFixed(1)} where all of it is 10 % off`);
    });
  }
}
