/**
 * A classifier of texts of different lengths: the mean of the words' vectors, by a module of our own, before a dense
 * layer. Words are integers; short texts are filled up, and a mask says where. The vectors have a metric as any
 * parameters have: how often each word occurs.
 *
 * Run it: `npx tsx examples/text/text.ts`
 */
import {
  adam,
  categorical,
  cpu,
  defModule,
  dense,
  div,
  expandDims,
  fit,
  gather,
  glorotUniform,
  mul,
  type Node,
  param,
  predict,
  relu,
  rngd,
  sequential,
  sum,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { classes, numbered, reports, vocabulary } from "./reports.ts";

// #region model
const wordMeans = defModule({
  name: "wordMeans",
  options: (words: number, width: number) => ({ words, width }),
  params: ({ words, width }) => ({ vectors: param([words, width], glorotUniform) }),
  apply: ({ vectors }, { tokens, mask }: { tokens: Node; mask: Node }) => {
    const found = gather(vectors, tokens); // [n, length, width]
    const total = sum(mul(found, expandDims(mask, 2)), { axis: 1 });
    return div(total, sum(mask, { axis: 1, keepDims: true }));
  },
});

export const classifier = (width: number) =>
  sequential(wordMeans(vocabulary, width), dense(width, width, { activation: relu }), dense(width, classes));

export async function train({ size, optimizer, backend, seed }: Settings) {
  const model = classifier(16);
  const data = reports({ rows: 50 * Math.round(60 * size), seed });
  const likelihood = categorical();
  const run = fit(model, { data, likelihood, optimizer, backend, batchSize: 40, epochs: 12, seed });
  const last = (await run.finish()).at(-1);
  const asked = numbered(["fog and snow after the storm", "the team say it was a good match"]);
  const topics = (await predict(model, run.store, asked, { likelihood })).data();
  await run.close();
  return { cost: last?.validCost ?? Number.NaN, accuracy: last?.validAccuracy ?? 0, weather: topics[0] as number, sport: topics[1] as number };
}
// #endregion

export const optimizers = {
  adam: adam({ learningRate: 0.01 }),
  rngd: rngd({ learningRate: 0.05, absolute: 0.05 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
