/**
 * A model of text, letter by letter: a recurrent module reads a text in one loop, and writes one in another loop, in which
 * each letter is drawn and read again. The text is made by rules, so it is known how well it can be foretold.
 *
 * Run it: `npx tsx examples/character-lstm/character-lstm.ts`, or with `gru` after it
 */
import {
  adam,
  categorical,
  cpu,
  defModule,
  dense,
  fit,
  gru,
  independent,
  lstm,
  type Node,
  oneHot,
  predict,
  rngd,
  tensor,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { bitsPerLetter, letters, sentences, shareOfWords, written } from "./text.ts";
import { type Reading, writer } from "./writer.ts";

/** What remembers what was read. */
const memories = { lstm, gru };
export type Kind = keyof typeof memories;

// #region model
export const parts = (kind: Kind, width: number): Reading => ({
  memory: memories[kind](letters, width) as Reading["memory"],
  guess: dense(width, letters),
});

/** Letters [n, length] → logits of the next ones. */
export const reader = defModule({
  name: "reader",
  options: (own: Reading) => own,
  children: ({ memory, guess }) => ({ memory, guess }),
  apply: (_, x: Node, { options: { memory, guess }, call }) =>
    call(guess, call(memory, oneHot(x, letters))),
});

export async function train(
  { size, ...how }: Settings,
  kind: Kind = "lstm",
  say = (_: string) => {},
) {
  const own = parts(kind, 32);
  const data = sentences({ count: Math.round(1500 * size), length: 40, seed: how.seed });
  const likelihood = independent(categorical());
  const run = fit(reader(own), { data, likelihood, batchSize: 20, epochs: 12, ...how });
  const last = (await run.finish()).at(-1);
  const spaces = tensor(new Int32Array(20), { shape: [20, 1] });
  const texts = written(await predict(writer(own, 80), run.store, spaces));
  // #endregion
  await run.close();
  say(texts.slice(0, 3).join("\n"));
  return {
    "bits per letter": (last?.validCost ?? Number.NaN) / 40 / Math.LN2,
    "bits per letter of the text itself": bitsPerLetter(how.seed),
    "share of written words that there are": shareOfWords(texts),
  };
}

export const optimizers = {
  adam: adam({ learningRate: 0.01 }),
  rngd: rngd({ absolute: 0.2 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  const kind = process.argv[2] === "gru" ? "gru" : "lstm";
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }, kind, console.log));
  await backend.close();
}
