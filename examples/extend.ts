/** A new kind of module with its own relative Fisher information: defined, checked, trained. */
import {
  augment,
  checkMetric,
  cos,
  dataSet,
  defMetric,
  defModule,
  dense,
  fit,
  gaussian,
  glorotUniform,
  matmul,
  param,
  rngd,
  sequential,
  sin,
  square,
  standardMetrics,
  tensor,
  unitGram,
} from "metrigrad";

// #region module
const sineUnit = defModule({
  name: "sineUnit",
  options: (inputs: number, outputs: number) => ({ inputs, outputs }),
  params: ({ inputs, outputs }) => ({ w: param([inputs + 1, outputs], glorotUniform) }),
  apply: ({ w }, x) => {
    const t = matmul(augment(x), w);
    return { response: sin(t), preActivation: t };
  },
});
// #endregion

// #region metric
const sineMetric = defMetric(sineUnit, {
  response: gaussian({ sigma: 1 }),
  block: ({ params, reference, preActivation }) => [
    { params: [params.w], block: unitGram(reference, square(cos(preActivation))) },
  ],
});
// #endregion

// #region check
const report = await checkMetric(sineMetric);
console.log(report.toString());
// #endregion

const xs = Float32Array.from({ length: 512 }, (_, i) => (i / 511) * 4 - 2);
const rows = {
  inputs: tensor(xs, { shape: [512, 1] }),
  targets: tensor(
    xs.map((x) => Math.sin(3 * x)),
    { shape: [512, 1] },
  ),
};

// #region train
const model = sequential(sineUnit(1, 16), dense(16, 1));
const run = fit(model, {
  data: dataSet({ name: "sine", train: rows }),
  likelihood: gaussian(),
  optimizer: rngd({ metrics: standardMetrics.with(sineMetric), learningRate: 0.1, absolute: 0.1 }),
  batchSize: 32,
  epochs: 20,
  seed: 1,
});
for await (const { epoch, trainCost } of run) console.log(epoch, trainCost?.toFixed(4));
// #endregion
