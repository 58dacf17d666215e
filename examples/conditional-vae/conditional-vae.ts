/**
 * A conditional variational autoencoder with convolutions (Sohn, Lee and Yan 2015): it learns pictures of digits given which digit they show, and draws any digit that
 * it is asked for. Encoder and decoder are told the digit as ten numbers beside the picture's features and the code.
 *
 * Run it: `npx tsx examples/conditional-vae/conditional-vae.ts`
 */
import {
  adam,
  add,
  bernoulli,
  concat,
  conv2d,
  convTranspose2d,
  cpu,
  dataSet,
  defModule,
  dense,
  exp,
  fit,
  flatten,
  fullMetrics,
  gaussianWithScale,
  independent,
  mul,
  type Node,
  oneHot,
  relu,
  reshape,
  rngd,
  type StepContext,
  sequential,
  slice,
  sub,
  zerosLike,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { digitsGiven, judged } from "./digitsGiven.ts";

/** −ELBO of each picture given its digit, in nats. */
export function negativeElbo(
  { code, pixels }: { code: Node; pixels: Node },
  x: Node,
  { observe }: Pick<StepContext, "observe">,
): Node {
  observe(code, gaussianWithScale());
  const divergence = gaussianWithScale().kl(code, zerosLike(code));
  return sub(divergence, observe(pixels, independent(bernoulli()), reshape(x, [-1, 196, 1])));
}

// #region model
const stride = { stride: 2, padding: 1 };

export const conditionalVae = defModule({
  name: "conditionalVae",
  options: (channels: number, hidden: number, latent: number) => ({
    latent,
    channels,
    parts: {
      seen: sequential(conv2d(1, channels, 4, { ...stride, activation: relu }), flatten()),
      encoder: dense(49 * channels + 10, 2 * latent),
      unfolded: dense(latent + 10, hidden, { activation: relu }),
      spread: dense(hidden, 49 * channels, { activation: relu }),
      drawn: convTranspose2d(channels, 1, 4, stride),
    },
  }),
  children: ({ parts }) => parts,
  apply: (_, [x, digit]: readonly [Node, Node], { options, call, random, mode }) => {
    const { latent, channels, parts } = options;
    const given = oneHot(digit, 10);
    const code = call(parts.encoder, concat([call(parts.seen, x), given], 1));
    const columns = (from: number) => slice(code, [null, [from, from + latent]]);
    const [mean, scale] = [columns(0), columns(latent)];
    const noise = mul(exp(scale), random.normal(mean.shape));
    const z = concat([mode === "infer" ? mean : add(mean, noise), given], 1);
    const places = reshape(call(parts.spread, call(parts.unfolded, z)), [-1, channels, 7, 7]);
    return { code, pixels: reshape(call(parts.drawn, places), [-1, 196, 1]) };
  },
});

export async function train({ size, look, ...how }: Settings) {
  const { images, labels } = await digitsGiven(50 * Math.round(100 * size), how.seed);
  const model = conditionalVae(8, 64, 8);
  const run = fit(model, {
    data: dataSet({ train: { inputs: [images, labels], targets: images } }),
    loss: negativeElbo,
    batchSize: 50,
    epochs: 10,
    ...how,
  });
  const events = await run.finish();
  // #endregion
  const report = {
    "first cost": events[0]?.trainCost ?? Number.NaN,
    cost: events.at(-1)?.trainCost ?? Number.NaN,
    ...(await judged(model, run.store, { images, labels })),
  };
  await look?.(run.store, model);
  await run.close();
  return report;
}

export const optimizers = {
  adam: adam({ learningRate: 0.002 }),
  rngd: rngd({ metrics: fullMetrics, learningRate: 0.02, absolute: 0.3 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
