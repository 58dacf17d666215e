import { rngd as relative, sgd } from "metrigrad";
import { imageProblem, lstmProblem, transformerProblem } from "../models.ts";
import { mnistRun, shortMnist } from "../ours/mnistRun.ts";
import { modelContestant } from "../ours/model.ts";
import { type Profile, profiled, sampling } from "../ours/profiled.ts";
import { bestOwn } from "../ours/variants.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session.ts";
import { rowsOf } from "./profileRows.ts";

const optimizers = { sgd: sgd(), rngd: relative(), "rngd.paper": relative.paper() };

/**
 * What the steps of training programs take, in real training on MNIST, batch 50, and for the models of the suite
 * `models`: microseconds, the share of the program, arithmetic and memory rates. The variant on one thread that `rngd` measures.
 */
export async function profile(session: Session): Promise<Result[]> {
  const ours = bestOwn(session.ours);
  if (ours === undefined) return [];
  const data = await shortMnist();
  const results: Result[] = [];
  for (const [name, optimizer] of Object.entries(optimizers)) {
    session.progress(`profile ${name} ${ours.variant}`);
    const profiles: Profile[] = [];
    const backend = profiled(ours.backend, profiles);
    const run = mnistRun({
      data,
      optimizer,
      backend,
      epochs: session.options.rounds,
      normalised: false,
    });
    for await (const _ of run);
    await run.close();
    results.push(...programRows(name, profiles));
  }
  const images = [imageProblem("LeNet"), imageProblem("ResNet-8")];
  for (const problem of [...images, lstmProblem(), transformerProblem()]) {
    session.progress(`profile ${problem.model} ${ours.variant}`);
    const profiles: Profile[] = [];
    const contestant = await modelContestant(profiled(ours.backend, profiles), problem);
    await contestant.time(sampling * session.options.rounds);
    await contestant.close();
    results.push(...programRows(problem.model, profiles));
  }
  return results;
}

/** The rows of the programs that were sampled. */
function programRows(name: string, profiles: readonly Profile[]): Result[] {
  const sampled = profiles.filter(({ samples }) => samples.length > 0);
  return sampled.flatMap((one, at) =>
    rowsOf(`${name}${sampled.length > 1 ? ` ${at + 1}` : ""}`, one),
  );
}
