import {
  type AnyDataSet,
  type AnySplit,
  checkFinite,
  type DataParts,
  dataSet,
  isStream,
  rowsOf,
  type SplitName,
  splitsOf,
} from "@metrigrad/data";
import { type Node, oneRank, type Ranks, rngState } from "@metrigrad/graph";
import type { AnyModule, NodeTree } from "@metrigrad/nn";
import {
  type Communicator,
  GraphError,
  pause,
  type Store,
  type VariableSpec,
} from "@metrigrad/tensor";
import {
  type AnyStream,
  type BatchSource,
  residentSource,
  streamSource,
  weightsFeed,
} from "../data/batchSource.ts";
import type { BatchPlace } from "../divergence.ts";
import { agree, networkText, shareStore } from "../ranks/share.ts";
import { fingerprintOf } from "../resume/fingerprint.ts";
import { type Runner, stepRunner } from "../step/runner.ts";
import { type StepGraph, stepGraph } from "../step/stepGraph.ts";
import { checkObserved, type Objective, objectiveOf } from "./objective.ts";
import type { AnyFitOptions } from "./options.ts";
import { type SplitEvaluator, splitEvaluator } from "./splits.ts";

/** A run that is ready to train. */
export interface Prepared {
  readonly store: Store;
  readonly source: BatchSource;
  readonly runner: Runner;
  /** The places in the data of the latest steps, by the number of the step from 1. */
  readonly places: Map<number, BatchPlace>;
  /** The variables that training changes: those of the model, and of other modules that the loss applies. */
  readonly learned: readonly VariableSpec[];
  /** Makes an evaluator, which the caller closes. */
  evaluator(): SplitEvaluator;
  /** The number of steps done before on the store. */
  readonly done: number;
  /** The number of steps of the whole run; null if it is not known. */
  readonly steps: number | null;
  /** Whether the steps depend on the progress of the whole run. */
  readonly scheduled: boolean;
}

/**
 * Checks the data, builds the step and makes it ready. Throws GraphError, DataError and what the model throws.
 * `takeUp` puts a saved run into the store before the step reads the store's state, and returns whether there is one.
 */
export async function prepare(
  model: AnyModule,
  options: AnyFitOptions,
  store: Store,
  takeUp: (source: BatchSource) => Promise<boolean> = async () => false,
  communicator: Communicator | null = null,
): Promise<Prepared> {
  const { likelihood = null, loss = null, epochs, seed, l2 = 0, metrics = {} } = options;
  const { sampleWeight: useWeights = true, resume = true, optimizer } = options;
  const objective: Objective = { model, likelihood, loss };
  const data = checkedData(options.data);
  checkFixedLoss(options, data, communicator?.size ?? 1);
  let output: NodeTree | null = null;
  const check = (name: SplitName, split: AnySplit) => {
    if (likelihood === null || output === null) return;
    checkObserved(`fit(${data.name}), ${name}`, likelihood, split, output, data);
  };
  const ranks: Ranks = communicator ?? oneRank;
  const settings = { batchSize: options.batchSize, seed, useWeights, communicator };
  const source = isStream(data)
    ? await streamSource(data, settings, (batch) => check("train", batch))
    : await residentSource(store, data, settings);
  try {
    const { stepsPerEpoch, form, weighted, batchSize } = source;
    if (communicator !== null) await agreeOn(communicator, model, options, source, store);
    const taken = await takeUp(source);
    await pause();
    const steps = stepsPerEpoch === null ? null : epochs * stepsPerEpoch;
    const graph = stepGraph(store, {
      where: "fit",
      optimizer,
      feeds: source.feeds,
      loss: (feeds, context) => {
        const made = objectiveOf(objective, form.nodes(feeds), context);
        output ??= made.output;
        return made.loss;
      },
      weights: weighted ? (feeds) => feeds[weightsFeed] as Node : undefined,
      steps: steps ?? undefined,
      l2,
      resume: resume || taken,
      ranks,
    });
    await pause();
    for (const [name, split] of isStream(data) ? [] : splitsOf(data)) check(name, split);
    await pause();
    const places = new Map<number, BatchPlace>();
    const asked = typeof options.report === "object" ? options.report : {};
    const runner = await stepRunner(store, graph, {
      where: "fit",
      optimizer: optimizer.name,
      checkFinite: true,
      checkEvery: options.checkEvery ?? 100,
      costly: asked.costly ?? false,
      placeOf: (step) => places.get(step) ?? null,
      communicator,
    });
    try {
      if (communicator !== null) await shareStore(communicator, "fit, distributed", store);
    } catch (error) {
      await runner.close();
      throw error;
    }
    const done = await runner.count();
    if (steps !== null && done >= steps && !taken) {
      await runner.close();
      throw nothingLeft(done, steps);
    }
    return {
      store,
      source,
      runner,
      places,
      learned: learnedOf(model, graph),
      done,
      steps,
      scheduled: steps !== null && graph.readsProgress(),
      evaluator: () =>
        splitEvaluator({
          store,
          data,
          evaluated: { objective, metrics },
          useWeights,
          seed,
          penalty: graph.penalty,
          batchSize,
          stream: isStream(data) ? form : null,
          check,
          communicator,
        }),
    };
  } catch (error) {
    await source.release();
    throw error;
  }
}

/** Throws GraphError on all ranks if they do not train the same thing. */
async function agreeOn(
  communicator: Communicator,
  model: AnyModule,
  options: AnyFitOptions,
  source: BatchSource,
  store: Store,
): Promise<void> {
  const { epochs, checkpoint, resume = true, report = false } = options;
  await agree(communicator, "fit, distributed", {
    ...fingerprintOf(model, options, source, store),
    epochs: String(epochs),
    "steps of an epoch": String(source.stepsPerEpoch),
    resume: String(resume),
    report: JSON.stringify(report),
    network: networkText(communicator),
    checkpoint: checkpoint === undefined ? "none" : String(checkpoint.every ?? "epoch"),
  });
}

/** Throws GraphError for an optimizer that compares the losses of its steps, where these are of other rows each time. */
export function checkFixedLoss(
  { optimizer, batchSize }: Pick<AnyFitOptions, "optimizer" | "batchSize">,
  data: AnyDataSet | AnyStream,
  size: number,
): void {
  if (optimizer.fixedLoss !== true) return;
  if (size > 1) throw aloneOnly(optimizer.name, size);
  checkWhole(optimizer.name, data, batchSize);
}

/** Checks data that `dataSet` has not checked, in the same way. Throws DataError. */
export function checkedData(data: AnyDataSet | AnyStream): AnyDataSet | AnyStream {
  if (isStream(data)) return data;
  const checked: AnyDataSet = dataSet(data as DataParts);
  checkFinite(checked);
  return checked;
}

function learnedOf(model: AnyModule, graph: StepGraph): readonly VariableSpec[] {
  const updated = graph.updates([]).map(([variable]) => variable);
  const points = graph.begin.map(([slot]) => slot);
  const all = [...graph.parameters.map(({ variable }) => variable), ...updated, ...points];
  const specs = all.filter((one) => one !== rngState).map(({ attrs }) => attrs);
  return [...new Set([...model.variables.map(({ spec }) => spec), ...specs])];
}

function nothingLeft(done: number, steps: number): GraphError {
  return new GraphError({
    where: "fit",
    must: `the run must have steps left (it has ${steps})`,
    got: `a store on which this optimizer has done ${done}`,
    todo: "ask for more epochs, or begin the optimizer anew: { resume: false }",
  });
}

/** Throws GraphError where batches are not all training rows, for an optimizer that compares the losses of its steps. */
function checkWhole(name: string, data: AnyDataSet | AnyStream, batchSize = 1): void {
  const rows = isStream(data) ? null : rowsOf(data.train);
  if (rows === batchSize) return;
  throw new GraphError({
    where: "fit",
    must: `${name} must get all training rows in each batch, since it compares the losses of its steps`,
    got: rows === null ? "a stream" : `${batchSize} of ${rows} rows`,
    todo:
      rows === null
        ? "take another optimizer"
        : `pass { batchSize: ${rows} }, or take another optimizer`,
  });
}

function aloneOnly(name: string, size: number): GraphError {
  return new GraphError({
    where: "fit, distributed",
    must: `${name} must train in one process, since it compares the losses of its steps`,
    got: `${size} ranks`,
    todo: "take another optimizer, such as rngd()",
  });
}
