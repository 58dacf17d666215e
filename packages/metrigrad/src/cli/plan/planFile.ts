import { isStream } from "@metrigrad/data";
import type { Context, Told } from "../context.ts";
import { experimentOf } from "../experiment/experiment.ts";
import { loadModule } from "../experiment/loadModule.ts";
import { openBackend } from "../experiment/openBackend.ts";
import { UsageError } from "../usage.ts";
import type { Algorithm } from "./collectives.ts";
import type { NamedNetwork } from "./network.ts";
import { planText } from "./planText.ts";
import { largestFrom, predictions, type RankWork } from "./predict.ts";
import { rankWorks } from "./rankWork.ts";

/** Options of `metrigrad plan`. */
export interface PlanFlags {
  readonly ranks: number;
  readonly network: NamedNetwork;
  readonly algorithm?: Algorithm;
  readonly weak?: boolean;
  readonly strong?: boolean;
  readonly rates?: boolean;
  readonly batchSize?: number;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly backend?: string;
  readonly threads?: number;
}

/**
 * Predicts the time and memory of a step on more and more ranks, for what a file exports.
 * @throws UsageError for a file or options that do not do; what the file and `rankStep` throw
 */
export async function planFile(file: string, flags: PlanFlags, context: Context): Promise<Told> {
  const { ranks, network, algorithm = "best", strong = false } = flags;
  if (strong && flags.weak === true) throw bothScalings();
  const experiment = await experimentOf(await loadModule("plan", file), file, flags, "plan");
  const { model, options, name } = experiment;
  if (strong && isStream(options.data)) throw strongStream();
  const { backend } = await openBackend(flags, experiment, "plan");
  try {
    const works = rankWorks({
      model,
      options,
      backend,
      network: flags.network,
      onlyRates: flags.rates === true,
    });
    const found: RankWork[] = [];
    const leftOut: number[] = [];
    const whole = options.batchSize;
    for (const count of countsTo(ranks)) {
      context.live?.write(`\r${count} ranks\u001b[K`);
      const rows = strong ? (whole as number) / count : whole;
      if (rows !== undefined && !Number.isInteger(rows)) leftOut.push(count);
      else found.push(await works.of(count, rows));
    }
    context.live?.write("\r\u001b[K");
    const rows = predictions(found, network, algorithm);
    const plan = {
      file,
      name,
      optimizer: options.optimizer.name,
      scaling: strong ? "strong" : "weak",
      network,
      algorithm,
      backend: backend.describe(),
      rows,
      leftOut,
      largest: {
        compute: largestFrom(rows, "compute"),
        metric: largestFrom(rows, "metric"),
        communicate: largestFrom(rows, "communicate"),
      },
      rates: works.rates,
    } as const;
    return { code: 0, text: planText(plan, context), value: plan };
  } finally {
    await backend.close();
  }
}

/** 1, 2, 4, … up to a number, which is the last. */
export function countsTo(ranks: number): readonly number[] {
  const counts: number[] = [];
  for (let count = 1; count < ranks; count *= 2) counts.push(count);
  return [...counts, ranks];
}

function bothScalings(): UsageError {
  return new UsageError({
    where: "--strong",
    must: "it must come without --weak",
    got: "both",
    todo: "leave one of them out",
  });
}

function strongStream(): UsageError {
  return new UsageError({
    where: "--strong",
    must: "the data must be a data set, whose batches can be shared out",
    got: "a stream",
    todo: "leave it out for --weak",
  });
}
