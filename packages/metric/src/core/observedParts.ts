import { type Node, oneRank, topological } from "@metrigrad/graph";
import { type Application, nodesOf, type Observation, type ResponsePart } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { meanOne, perRow, product } from "./context.ts";
import { behindReshapes } from "./members.ts";

/**
 * One observed response, with all that its rows need.
 *
 * @category Metrics: own metrics
 */
export interface ObservedPart {
  /** The response. Its rows count by sample weights and masks; `share` is what the whole part counts. */
  readonly part: ResponsePart;
  /** The observed value, if the law's natural coordinate is a reshape of it; null if it is another value. */
  readonly output: Node | null;
  /** The inputs, which have the samples on their first axis. */
  readonly inputs: readonly Node[];
  /** The number n of independent samples. */
  readonly samples: number;
  /** The weights of the samples, [n], with mean 1; null if all are 1. */
  readonly sampleWeights: Node | null;
  /** The weight of the part in the loss, divided by n. */
  readonly share: number;
}

/**
 * Lists what is observed of a model. Each response has its own samples, since parts of a loss may be over different
 * points.
 *
 * @param where - The name of the calling function, for errors.
 * @param applications - What was applied.
 * @param observed - What is observed of it; by default all that is known.
 * @returns A part for each response of each law.
 * @throws {@link MetricError} if nothing is observed, and if a response is made of batches of different sizes.
 * @category Metrics: own metrics
 */
export function observedParts(
  where: string,
  applications: readonly Application[],
  observed: readonly Observation[] = applications[0]?.observed() ?? [],
): readonly ObservedPart[] {
  if (observed.length === 0) throw nothing(where);
  return observed.flatMap((one) => partsOf(where, one, applications));
}

function partsOf(
  where: string,
  { output, law, weight }: Observation,
  applications: readonly Application[],
): ObservedPart[] {
  const leaves = nodesOf(output);
  return law.parts(output as never).map((part) => {
    const needed = new Set(topological([part.natural]));
    const made = applications.filter((one) => nodesOf(one.inputs).some((node) => needed.has(node)));
    const counts = [...new Set(made.map((one) => one.samples))];
    if (counts.length > 1) throw several(where, counts);
    const rows = part.natural.shape[0] as number;
    const samples = counts[0] ?? rows;
    const shares = meanOne(made[0]?.rowWeights ?? null, made[0]?.ranks ?? oneRank);
    const weights = product(part.weights, perRow(shares, samples, rows));
    const base = behindReshapes(part.natural);
    return {
      part: { ...part, weights },
      output: leaves.find((leaf) => behindReshapes(leaf) === base) ?? null,
      inputs: made.flatMap((one) => nodesOf(one.inputs)),
      samples,
      sampleWeights: shares,
      share: weight / samples,
    };
  });
}

function nothing(where: string): MetricError {
  return new MetricError({
    where,
    must: "something must be observed",
    got: "a loss without a law",
    todo: "train by a likelihood, or name the law in the training step: observe(output, law)",
  });
}

function several(where: string, counts: readonly number[]): MetricError {
  return new MetricError({
    where,
    must: "a response must be made of one batch of samples",
    got: `batches of ${counts.join(" and ")}`,
    todo: "observe each part of the loss by itself",
  });
}
