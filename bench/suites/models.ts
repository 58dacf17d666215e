import { measureCase } from "../case.ts";
import type { Kit } from "../kit.ts";
import { imageProblem, lstmProblem, transformerProblem } from "../models.ts";
import { tfjsWasmGradient } from "../peers/tfjs/load.ts";
import { torchCpu } from "../peers/torch/load.ts";
import type { Problems } from "../problems.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session.ts";
import { scans } from "./scans.ts";

/** Seconds that a step may take: some libraries need many for a convolutional network. */
const most = 60;

/** Seconds for the first steps: unrolled loops take long to compile, and run well then. */
const patience = 300;

/**
 * Training steps of convolutional networks, a memory and a block of a transformer, and how the loop of a memory grows
 * with its turns.
 */
export async function models(session: Session): Promise<Result[]> {
  const peers: Kit[] = [...session.peers];
  for (const peer of [tfjsWasmGradient, torchCpu]) {
    const kit = await session.join(peer);
    if (kit !== null) peers.push(kit);
  }
  const { quick } = session.options;
  const options = quick ? session.options : { ...session.options, most };
  const all: Session = { ...session, options, peers };
  const step = <Kind extends "images" | "sequences">(kind: Kind, problem: Problems[Kind]) =>
    measureCase(
      {
        suite: "models",
        name: `${problem.model} ${problem.optimizer}`,
        kind,
        problem,
        unit: "steps/s",
        better: "higher",
        value: (seconds) => 1 / seconds,
        tolerance: 1e-4,
        patience: quick ? 20 : patience,
      },
      all,
    );
  const results = [
    ...(await step("images", imageProblem("LeNet"))),
    ...(await step("images", imageProblem("ResNet-8"))),
    ...(await step("sequences", lstmProblem())),
    ...(await step("sequences", transformerProblem())),
  ];
  return [...results, ...(await scans(session))];
}
