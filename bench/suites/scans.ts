import { compile } from "metrigrad";
import { interleaved, median } from "../measure.ts";
import { programContestant } from "../ours/program.ts";
import {
  type ScanPart,
  scanGraph,
  scanInputs,
  scanParts,
  turnContestant,
  turnWork,
} from "../ours/scan.ts";
import type { Ours } from "../ours/variants.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

const lengths = [10, 100, 1000] as const;

/** The loop of a memory by its turns: what it takes to compile, and its rate beside that of the product of one turn. */
export async function scans(session: Session): Promise<Result[]> {
  const results: Result[] = [];
  for (const turns of lengths) {
    for (const ours of session.ours) {
      session.progress(`models scan of ${turns} turns ${ours.variant}`);
      results.push(await compileTime(ours, turns, session));
      for (const part of Object.keys(scanParts) as ScanPart[]) {
        results.push(await rate(ours, part, turns, session));
      }
    }
  }
  return results;
}

/** From the graph to a program of the gradient, once the engine is warm; ms. */
async function compileTime(
  { backend, variant }: Ours,
  turns: number,
  { options }: Session,
): Promise<Result> {
  const times: number[] = [];
  for (let round = 0; round <= options.rounds; round++) {
    const inputs = scanInputs(turns);
    const store = await backend.store(Object.values(inputs).map(({ attrs }) => attrs));
    const begun = performance.now();
    await compile({ outputs: scanGraph("gradient", inputs) }, store);
    if (round > 0) times.push(performance.now() - begun);
    await store.close();
  }
  return resultOf({
    ...{ suite: "models", case: `compile scan of ${turns} turns ${variant}`, unit: "ms" },
    ...{ better: "lower", ours: median(times), peers: {} },
  });
}

async function rate(
  { backend, variant, single }: Ours,
  part: ScanPart,
  turns: number,
  { options }: Session,
): Promise<Result> {
  const work = turns * scanParts[part] * turnWork;
  const contestants = [
    await programContestant(backend, scanGraph(part, scanInputs(turns))),
    await turnContestant(single?.backend ?? backend),
  ];
  const [took = 0, product = 0] = await interleaved(contestants, { ...options, most: Infinity });
  for (const contestant of contestants) await contestant.close();
  const label = single === null ? "plain product" : "plain product, 1 thread";
  return resultOf({
    ...{ suite: "models", case: `scan of ${turns} turns, ${part} ${variant}`, unit: "GFLOP/s" },
    ...{ better: "higher", ours: work / took / 1e9, peers: { [label]: turnWork / product / 1e9 } },
  });
}
