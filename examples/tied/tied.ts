/**
 * An autoencoder with tied weights: one parameter is used by the encoder, and transposed by the decoder. The trained
 * encoder is then used alone: its parameters are found on the store by what they are, not by a name.
 *
 * Run it: `npx tsx examples/tied/tied.ts`
 */
import {
  adam,
  add,
  bernoulli,
  cpu,
  dataSet,
  defModule,
  fit,
  fullMetrics,
  glorotUniform,
  matmul,
  type ParameterSpec,
  param,
  predict,
  rngd,
  sequential,
  tanh,
  transpose,
  zeros,
} from "metrigrad";
import { digits } from "../support/digits.ts";
import { isMain, print, type Settings } from "../support/settings.ts";
import { quality } from "./quality.ts";

// #region model
const encoder = defModule({
  name: "encoder",
  params: (w: ParameterSpec) => ({ w, b: param([w.shape[1] as number], zeros, { decay: "none" }) }),
  apply: ({ w, b }, x) => tanh(add(matmul(x, w), b)),
});

const decoder = defModule({
  name: "decoder",
  params: (w: ParameterSpec) => ({ w, b: param([w.shape[0] as number], zeros, { decay: "none" }) }),
  apply: ({ w, b }, code) => add(matmul(code, transpose(w)), b),
});

export function autoencoder(pixels: number, width: number) {
  const w = param([pixels, width], glorotUniform);
  const parts = { encoder: encoder(w), decoder: decoder(w) };
  return { ...parts, whole: sequential(parts.encoder, parts.decoder) };
}

export async function train({ size, look, ...how }: Settings) {
  const { images, labels } = await digits({ rows: 50 * Math.round(200 * size), seed: how.seed });
  const model = autoencoder(64, 16);
  const data = dataSet({ train: { inputs: images, targets: images } });
  const likelihood = bernoulli();
  const run = fit(model.whole, {
    data,
    likelihood,
    batchSize: 50,
    epochs: 15,
    ...how,
  });
  const cost = (await run.finish()).at(-1)?.trainCost ?? Number.NaN;
  const codes = await predict(model.encoder, run.store, images);
  const again = await predict(model.decoder, run.store, codes);
  // #endregion
  const whole = await predict(model.whole, run.store, images);
  await look?.(run.store, model.whole);
  await run.close();
  return { cost, ...quality({ images, labels, codes, again, whole }) };
}

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  // Two uses of one matrix have no form in common: their sum is solved by conjugate gradients.
  rngd: rngd({ metrics: fullMetrics, solver: { "encoder0 + decoder0": "cg" } }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
