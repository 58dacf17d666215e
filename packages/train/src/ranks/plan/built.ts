import { isStream, splitsOf } from "@metrigrad/data";
import type { Node, Ranks } from "@metrigrad/graph";
import type { AnyModule, NodeTree } from "@metrigrad/nn";
import type { Store } from "@metrigrad/tensor";
import {
  type BatchSource,
  residentSource,
  streamSource,
  weightsFeed,
} from "../../data/batchSource.ts";
import { checkObserved, objectiveOf } from "../../fit/objective.ts";
import type { AnyFitOptions } from "../../fit/options.ts";
import { checkedData, checkFixedLoss } from "../../fit/prepare.ts";
import { type StepGraph, stepGraph } from "../../step/stepGraph.ts";
import { stepUpdates } from "../../step/stepUpdates.ts";
import type { Whole } from "../whole.ts";
import { type DueSet, dueSets } from "./dueSets.ts";

/** The step of one rank on a store. */
export interface Built {
  readonly source: BatchSource;
  readonly graph: StepGraph;
  readonly dueSets: readonly DueSet[];
  /** Returns what a step computes in which these phases are due. */
  whole(due: readonly number[]): Whole;
}

/** Builds the step of one rank as `fit` does. The rows are drawn as if the rank were alone, so the data need only those of one rank. */
export async function builtStep(
  model: AnyModule,
  options: AnyFitOptions,
  store: Store,
  ranks: Ranks,
): Promise<Built> {
  const { likelihood = null, loss = null, epochs, seed, l2 = 0, optimizer } = options;
  const { sampleWeight: useWeights = true, batchSize } = options;
  const data = checkedData(options.data);
  checkFixedLoss(options, data, ranks.size);
  const settings = { batchSize, seed, useWeights, communicator: null };
  const source = isStream(data)
    ? await streamSource(data, settings, () => {})
    : await residentSource(store, data, settings);
  try {
    const { stepsPerEpoch, form, weighted } = source;
    let output: NodeTree | null = null;
    const graph = stepGraph(store, {
      where: "rankStep",
      optimizer,
      feeds: source.feeds,
      loss: (feeds, context) => {
        const made = objectiveOf({ model, likelihood, loss }, form.nodes(feeds), context);
        output ??= made.output;
        return made.loss;
      },
      weights: weighted ? (feeds) => feeds[weightsFeed] as Node : undefined,
      steps: stepsPerEpoch === null ? undefined : epochs * stepsPerEpoch,
      l2,
      resume: false,
      ranks,
    });
    if (likelihood !== null && output !== null && !isStream(data)) {
      for (const [name, split] of splitsOf(data)) {
        checkObserved(`rankStep(${data.name}), ${name}`, likelihood, split, output, data);
      }
    }
    await store.add(graph.slots.asked);
    return {
      source,
      graph,
      dueSets: dueSets(graph.phases),
      whole: (due) => ({ outputs: [], updates: stepUpdates(graph, due, true).updates }),
    };
  } catch (error) {
    await source.release();
    throw error;
  }
}
