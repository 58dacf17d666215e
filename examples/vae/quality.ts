import { predict, type Store, type Tensor, tensor, uniformStream } from "metrigrad";
import type { vae } from "./vae.ts";

/** How good a variational autoencoder is on pictures, beside what knows the mean of each pixel only. */
export async function quality(model: ReturnType<typeof vae>, store: Store, images: Tensor) {
  const [rows = 0, width = 0] = images.shape;
  const { code, pixels } = await predict(model, store, images);
  const ink = images.data();
  const right = pixels.data().filter((logit, i) => logit > 0 === (ink[i] as number) > 0).length;
  const means = Array.from({ length: width }, (_, j) => {
    const column = Array.from({ length: rows }, (_, i) => ink[i * width + j] as number);
    return column.reduce((a, b) => a + b, 0) / rows;
  });
  const entropy = (p: number) => (p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p));
  // The decoder alone, on the model's store, makes new pictures of codes from the prior.
  const { latent, decoder } = model.options;
  const stream = uniformStream({ seed: 5, path: "examples/vae" });
  const codes = Float32Array.from({ length: 200 * latent }, (_, i) => stream.normal(i));
  const drawn = await predict(decoder, store, tensor(codes, { shape: [200, latent] }));
  const chance = Array.from(drawn.data()).reduce((sum, logit) => sum + 1 / (1 + Math.exp(-logit)), 0) / drawn.size;
  return {
    "cost of mean pixels": means.map(entropy).reduce((a, b) => a + b, 0),
    "share of pixels right": right / ink.length,
    "ink in pictures": means.reduce((a, b) => a + b, 0) / width,
    "ink in drawn pictures": chance,
    "code columns": code.shape[1] as number,
  };
}
