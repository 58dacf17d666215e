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
  const step = <Kind extends "images" | "sequences">(
    kind: Kind,
    problem: Problems[Kind],
    rivals: readonly Kit[] = peers,
  ) =>
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
      { ...session, options, peers: rivals },
    );
  const lenet = await step("images", imageProblem("LeNet"));
  // A quick look does not wait for those that the smaller network was too much for.
  const measured = new Set(lenet.flatMap(({ peers: values }) => Object.keys(values)));
  const able = quick ? peers.filter(({ name }) => measured.has(name)) : peers;
  return [
    ...lenet,
    ...(await step("images", imageProblem("ResNet-8"), able)),
    ...(await step("sequences", lstmProblem())),
    ...(await step("sequences", transformerProblem())),
    ...(await scans(session)),
  ];
}
