/** Spectra of the layers' metrics during training: what a network can still learn from a batch. */
import {
  categorical,
  convert,
  dataSet,
  dense,
  fit,
  fullMetrics,
  mnist,
  type Rfim,
  rfim,
  rngd,
  type Split,
  sequential,
  spectrum,
  tanh,
  tensor,
} from "metrigrad";
import { pictureOptions } from "./picture/save.ts";

const { small, save } = pictureOptions();
const epochs = small ? 4 : 64;

/** MNIST in 14×14 pixels, the means of four. */
function halved({ inputs, targets }: Split): Split {
  const pixels = convert(inputs, "f32").data();
  const n = inputs.shape[0] as number;
  const values = new Float32Array(n * 196);
  for (const [i] of values.entries()) {
    const [row, y, x] = [Math.floor(i / 196), Math.floor((i % 196) / 14), i % 14];
    const at = row * 784 + 56 * y + 2 * x;
    const four = [at, at + 1, at + 28, at + 29].map((one) => pixels[one] as number);
    values[i] = four.reduce((a, b) => a + b, 0) / (4 * 255);
  }
  return { inputs: tensor(values, { shape: [n, 196] }), targets };
}
const whole = await mnist({ split: small ? [500, 60, 60] : [2000, 300, 300] });
const [train, valid, test] = [whole.train, whole.valid, whole.test].map(halved) as [
  Split,
  Split,
  Split,
];

// #region train
const likelihood = categorical();
const model = sequential(
  dense(196, 10, { activation: tanh }),
  dense(10, 10, { activation: tanh }),
  dense(10, 10),
);
const run = fit(model, {
  data: dataSet({ name: "mnist of 14×14", train, valid, test }),
  likelihood,
  optimizer: rngd({ metrics: fullMetrics, learningRate: 0.05, absolute: 0.1 }),
  batchSize: 50,
  epochs,
  seed: 1,
});
/** At steps of training, for each layer: eigenvalues of its matrices, largest first, and the whole trace. */
const seen: { step: number; layers: { eigenvalues: number[][]; trace: number }[] }[] = [];
let g: Rfim | null = null;
for await (const { epoch, validAccuracy = 0 } of run) {
  if (!Number.isInteger(Math.log2(epoch))) continue;
  g ??= await rfim(model, valid, { store: run.store, likelihood, metrics: fullMetrics });
  const layers = g.blocks.map(async (block) => {
    const values = Array.from((await block.eigenvalues()).data());
    const eigenvalues = Array.from({ length: block.matrices }, (_, i) =>
      values.slice(i * block.size, (i + 1) * block.size).reverse(),
    );
    const traces = Array.from((await block.trace()).data());
    return { eigenvalues, trace: traces.reduce((a, b) => a + b, 0) };
  });
  const step = (epoch * (train.inputs.shape[0] as number)) / 50;
  seen.push({ step, layers: await Promise.all(layers) });
  console.log("epoch", epoch, "accuracy", validAccuracy.toFixed(3));
}
// #endregion
const names = [
  "W1: tanh, a matrix per unit",
  "W2: tanh, a matrix per unit",
  "W3: soft-max, one matrix",
];
for (const [layer, name] of names.entries()) {
  const at = (turn: number) => seen.at(turn)?.layers[layer] ?? { eigenvalues: [], trace: 0 };
  const [first, last] = [at(0), at(-1)];
  const sum = last.eigenvalues.flat().reduce((a, b) => a + b, 0);
  const above = Math.max(...last.eigenvalues.map((own) => own.filter((v) => v > 1e-5).length));
  console.log(
    `${name}: trace ${first.trace.toPrecision(4)} → ${last.trace.toPrecision(4)},`,
    `sum of eigenvalues ${sum.toPrecision(4)}, above 1e-5 ${above} of ${last.eigenvalues[0]?.length}`,
  );
}

// #region picture
const times = seen.map(({ step, layers }) => {
  const own = layers.map(({ eigenvalues }, layer) => {
    const [matrices, size] = [eigenvalues.length, eigenvalues[0]?.length ?? 0];
    const values = Float64Array.from(eigenvalues.flat());
    return [names[layer] as string, tensor(values, { shape: [matrices, size] })] as const;
  });
  return { step, blocks: Object.fromEntries(own) };
});
const svg = spectrum(times, {
  title: "Eigenvalues of the layers’ metrics while a net learns MNIST",
  by: "time",
  ranks: [1, 3, 10, 30, 90],
  range: [1e-5, 10],
});
save("spectra", svg);
// #endregion
await g?.close();
await run.close();
