/** The text that the editor begins with: a unit that responds by a sine, its metric, and a net of such units. */
export const sineProgram = `import {
  augment, cos, defMetric, defModule, dense, gaussian,
  glorotUniform, matmul, mul, param, sequential, sin,
  square, unitGram,
} from "metrigrad";

// The node: its parameters by name, and its response to rows x.
const sineUnit = defModule({
  name: "sineUnit",
  options: (inputs, outputs) => ({ inputs, outputs }),
  params: ({ inputs, outputs }) => ({
    w: param([inputs + 1, outputs], glorotUniform),
  }),
  apply: ({ w }, x) => {
    const t = matmul(augment(x), w);
    return { response: sin(t), preActivation: t };
  },
});

// Its geometry. y ~ N(sin t, 1) gives the metric E[cos²t · x̃x̃'].
export const metric = defMetric(sineUnit, {
  response: gaussian({ sigma: 1 }),
  block: ({ params, reference, preActivation }) => [
    {
      params: [params.w],
      block: unitGram(reference, square(cos(preActivation))),
    },
  ],
});

// A net from one number to one number, for the button "Train".
export const model = sequential(sineUnit(1, 16), dense(16, 1));
`;

/** An error that can be planted: a place of the text, and what it becomes. */
export interface Planted {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

const right = "square(cos(preActivation))";

/** Errors as people make them when they derive a metric. */
export const plantedErrors: readonly Planted[] = [
  { name: "the square is forgotten", from: right, to: "cos(preActivation)" },
  { name: "a factor of 1.1", from: right, to: "mul(1.1, square(cos(preActivation)))" },
  { name: "the sine in place of its derivative", from: right, to: "square(sin(preActivation))" },
  { name: "another law: σ is 2", from: "gaussian({ sigma: 1 })", to: "gaussian({ sigma: 2 })" },
];

/** The editor's text as a program for Node, with the check and the training that the page does. */
export function nodeCode(text: string): string {
  return `${text}
import { checkMetric, dataSet, fit, rngd, standardMetrics, tensor } from "metrigrad";

console.log((await checkMetric(metric)).toString());

// y = sin 3x for x in [−2, 2].
const xs = Float32Array.from({ length: 512 }, (_, i) => (i / 511) * 4 - 2);
const train = {
  inputs: tensor(xs, { shape: [512, 1] }),
  targets: tensor(xs.map((x) => Math.sin(3 * x)), { shape: [512, 1] }),
};
const run = fit(model, {
  data: dataSet({ name: "sine", train }),
  likelihood: gaussian(),
  optimizer: rngd({ metrics: standardMetrics.with(metric), learningRate: 0.1, absolute: 0.1 }),
  batchSize: 32,
  epochs: 20,
  seed: 1,
});
for await (const { epoch, trainCost } of run) console.log("epoch", epoch, "cost", trainCost.toFixed(4));
await run.close();
`;
}
