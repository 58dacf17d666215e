/**
 * A variational autoencoder of small digits (Kingma and Welling 2014). The model has two responses, the code's
 * distribution and the pixels; the loss is the negative ELBO. Both are observed under their laws, so that a metric
 * follows them: the decoder's is that of the pixels, the encoder's that of the code.
 *
 * Run it: `npx tsx examples/vae/vae.ts`
 */
import {
  adam,
  add,
  bernoulli,
  cpu,
  dataSet,
  defModule,
  dense,
  exp,
  fit,
  fullMetrics,
  gaussianWithScale,
  mul,
  type Node,
  rngd,
  type StepContext,
  sequential,
  slice,
  sub,
  tanh,
  zerosLike,
} from "metrigrad";
import { digits } from "../support/digits.ts";
import { isMain, print, type Settings } from "../support/settings.ts";
import { quality } from "./quality.ts";

// #region model
export const vae = defModule({
  name: "vae",
  options: (pixels: number, hidden: number, latent: number) => ({
    latent,
    encoder: sequential(dense(pixels, hidden, { activation: tanh }), dense(hidden, 2 * latent)),
    decoder: sequential(dense(latent, hidden, { activation: tanh }), dense(hidden, pixels)),
  }),
  children: ({ encoder, decoder }) => ({ encoder, decoder }),
  apply: (_, x, { options: { encoder, decoder, latent }, call, random, mode }) => {
    const code = call(encoder, x); // means beside logarithms of deviations
    const [mean, scale] = [
      slice(code, [null, [0, latent]]),
      slice(code, [null, [latent, 2 * latent]]),
    ];
    const noise = mul(exp(scale), random.normal(mean.shape));
    return { code, pixels: call(decoder, mode === "infer" ? mean : add(mean, noise)) };
  },
});

/** −ELBO of each picture: KL(q(z | x) ‖ N(0, 1)) − ln p(x | z), in nats. */
export function negativeElbo(
  { code, pixels }: { code: Node; pixels: Node },
  x: Node,
  { observe }: Pick<StepContext, "observe">,
): Node {
  observe(code, gaussianWithScale());
  return sub(gaussianWithScale().kl(code, zerosLike(code)), observe(pixels, bernoulli(), x));
}

export async function train({ size, look, ...how }: Settings) {
  const { images } = await digits({ rows: 50 * Math.round(200 * size), seed: how.seed });
  const data = dataSet({ train: { inputs: images, targets: images } });
  const model = vae(64, 48, 6);
  const run = fit(model, {
    data,
    loss: negativeElbo,
    batchSize: 50,
    epochs: 20,
    ...how,
  });
  const events = await run.finish();
  // #endregion
  const report = {
    cost: events.at(-1)?.trainCost ?? Number.NaN,
    ...(await quality(model, run.store, images)),
  };
  await look?.(run.store, model);
  await run.close();
  return report;
}

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  rngd: rngd({ metrics: fullMetrics, learningRate: 0.05, absolute: 0.5 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
