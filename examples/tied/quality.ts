import type { Tensor } from "metrigrad";

/** What the pictures, their codes and two ways to decode them are. */
export interface Decoded {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly codes: Tensor;
  /** Logits of the pixels by the decoder alone, from the codes. */
  readonly again: Tensor;
  /** Logits of the pixels by the whole autoencoder. */
  readonly whole: Tensor;
}

/** How good an autoencoder is, and what its codes are worth: the class of the nearest other code is its own how often? */
export function quality({ images, labels, codes, again, whole }: Decoded) {
  const [ink, logits] = [images.data(), whole.data()];
  const apart = Array.from(again.data()).reduce((most, value, i) => Math.max(most, Math.abs(value - (logits[i] as number))), 0);
  const right = logits.filter((logit, i) => logit > 0 === (ink[i] as number) > 0).length;
  const [rows = 0, width = 0] = codes.shape;
  const [values, classes] = [codes.data(), labels.data()];
  const looked = Math.min(rows, 500);
  let same = 0;
  for (let i = 0; i < looked; i++) {
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
    for (let j = 0; j < looked; j++) {
      let far = 0;
      for (let k = 0; k < width; k++) {
        far += ((values[i * width + k] as number) - (values[j * width + k] as number)) ** 2;
      }
      if (j !== i && far < least) [nearest, least] = [j, far];
    }
    if (classes[nearest] === classes[i]) same++;
  }
  return {
    "share of pixels right": right / ink.length,
    "share of nearest codes of the same digit": same / looked,
    "parts alone and the whole apart by": apart,
  };
}
