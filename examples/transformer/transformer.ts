/**
 * A small language model: a transformer without an encoder reads the last letters of a text and says how probable each
 * next one is. It learns from English sentences, letter by letter, and writes some.
 *
 * Run it: `npx tsx examples/transformer/transformer.ts`, or with `adam` after it
 */
import {
  adam,
  categorical,
  cpu,
  dense,
  embedding,
  fit,
  independent,
  positionalEmbedding,
  predict,
  rngd,
  sequential,
  transformerEncoder,
} from "metrigrad";
import { bitsByCounts, comments, letters, nextLetters, textsOf } from "../support/comments.ts";
import { isMain, print, type Settings } from "../support/settings.ts";
import { prompts, shareOfWords, writer } from "./writer.ts";

/** How many letters are read at once. */
export const length = 32;

// #region model
export const languageModel = (blocks: number, width: number, heads: number) =>
  sequential(
    embedding(letters, width),
    positionalEmbedding(length, width),
    transformerEncoder(blocks, width, heads, { causal: true, normFirst: true, dropout: 0 }),
    dense(width, letters),
  );

export async function train({ size, ...how }: Settings, say = (_: string) => {}) {
  const text = comments().slice(0, Math.round(130_000 * size));
  const model = languageModel(2, 32, 4);
  const run = fit(model, {
    data: nextLetters(text, length),
    likelihood: independent(categorical()),
    batchSize: 32,
    epochs: 15,
    ...how,
  });
  const epochs = await run.finish();
  const texts = textsOf(await predict(writer(model, 120), run.store, prompts(length)));
  // #endregion
  await run.close();
  say(texts.join("\n---\n"));
  const bits = epochs.map(({ validCost }) => (validCost ?? Number.NaN) / length / Math.LN2);
  return {
    "bits per letter": bits.at(-1) ?? Number.NaN,
    "bits per letter after the first epoch": bits[0] ?? Number.NaN,
    "bits per letter by how often each occurs": bitsByCounts(text, 0),
    "bits per letter by the letter before": bitsByCounts(text, 1),
    "share of written words that there are": shareOfWords(texts, text),
  };
}

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  rngd: rngd({ absolute: 0.5, klClip: 0.3 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  const optimizer = optimizers[process.argv[2] === "adam" ? "adam" : "rngd"];
  print(await train({ size: 1, optimizer, backend, seed: 1 }, console.log));
  await backend.close();
}
