import { compile } from "@metrigrad/graph";
import type { AnyModule, Module } from "@metrigrad/nn";
import {
  type Communicator,
  checkNames,
  GraphError,
  type Plan,
  type Store,
  type Tensor,
  type Tree,
} from "@metrigrad/tensor";
import { type AnyFitOptions, checkOptions, type FitOptions } from "../../fit/options.ts";
import { backendOf, storeOf } from "../../host/openStore.ts";
import { checkNetwork } from "../options.ts";
import { type Place, stagesOn } from "../stages.ts";
import { type Built, builtStep } from "./built.ts";
import { exchangesOf, type RankExchange } from "./exchanges.ts";
import { measuredStep, type RankTime } from "./measured.ts";
import { phantomStore, planBytes } from "./phantomStore.ts";

/**
 * A part of a step between two exchanges, on one rank.
 *
 * @category Distributed
 */
export interface RankStage {
  /** What the rank computes. */
  readonly plan: Plan;
  /** The messages after it, in their order; none after the last stage. */
  readonly exchanges: readonly RankExchange[];
}

/**
 * The steps of a training in which the same is due, on one rank.
 *
 * @category Distributed
 */
export interface RankProgram {
  /** The share of all steps, in (0, 1]. */
  readonly share: number;
  /** The stages, in their order. */
  readonly stages: readonly RankStage[];
}

/**
 * What one of several ranks does in a step of training.
 *
 * @category Distributed
 */
export interface RankStep {
  /** The kinds of steps, such as those that make a metric anew and those that keep it. Their shares add up to 1. */
  readonly programs: readonly RankProgram[];
  /** The memory that data, parameters, state and programs take on the rank, in bytes. */
  readonly bytes: number;
  /** The number of rows of a batch on the rank. */
  readonly batchSize: number;
  /**
   * Measures the step on this machine: makes a store, trains for a moment as the rank would among the others, and closes the store.
   *
   * The messages do not take place. All other ranks are taken to have the values of this one.
   *
   * @param options - `seconds` for each kind of step, about; 0.3 by default. At least three steps of each kind are run.
   * @returns Resolves to the seconds of a step, the mean over its kinds of the median of each.
   * @throws {@link BackendError} if the step does not fit into memory.
   */
  measure(options?: { readonly seconds?: number }): Promise<RankTime>;
}

/** Options of `fit` that change nothing of a step, or that only a run has. */
const refused = ["store", "distributed", "checkpoint", "live", "signal"] as const;

/**
 * Plans a step of training for one of several ranks, in this process and without the others.
 *
 * The programs are those that {@link fit} with `distributed` would run on the rank. Nothing is computed and nothing is exchanged. Only
 * `measure` takes memory. The data need the rows of one rank.
 *
 * {@includeCode ../../../../../examples/api/train/rankStep.ts#example}
 *
 * @param model - The module.
 * @param options - The options of {@link fit}. `batchSize` counts the rows of one rank. A store, a folder or a communicator is an error.
 * @param ranks - The place of the rank, and the speed of the network, by which work is dealt out. Rank 0 has the largest piece of it.
 * @returns Resolves to the programs, their messages and their memory.
 * @throws {@link GraphError} if an option is wrong, or if the ranks cannot take the step together.
 * @throws {@link DataError} if the likelihood cannot observe the data.
 * @category Distributed
 */
export async function rankStep<
  In,
  Out,
  X extends Tree<Tensor> = Tensor,
  Y extends Tree<Tensor> = Tensor,
>(
  model: Module<In, Out>,
  options: FitOptions<Out, X, Y>,
  ranks: Pick<Communicator, "rank" | "size" | "network">,
): Promise<RankStep> {
  const given = options as unknown as AnyFitOptions;
  checkRanks(ranks);
  checkNetwork("rankStep", ranks.network);
  checkOptions(model, given);
  const odd = refused.find((name) => given[name] !== undefined);
  if (odd !== undefined) throw notPlanned(odd);
  const own = model as unknown as AnyModule;
  const { rank, size, network } = ranks;
  const place: Place = network === undefined ? { rank, size } : { rank, size, network };
  const backend = await backendOf("rankStep", given.backend);
  const [float = "f32"] = backend.floats;
  const store = phantomStore({ backend, float, seed: given.seed });
  await store.add(own);
  const built = await builtStep(own, given, store, place);
  const programs: RankProgram[] = [];
  for (const { due, share } of built.dueSets) {
    programs.push({ share, stages: await plannedStages(built, due, store, place) });
  }
  const plans = programs.flatMap(({ stages }) => stages.map(({ plan }) => plan));
  const bytes = plans.reduce((sum, plan) => sum + planBytes(plan), store.bytes);
  return Object.freeze({
    programs,
    bytes,
    batchSize: built.source.batchSize,
    async measure(options = {}) {
      checkNames("rankStep.measure", options, ["seconds"], GraphError);
      const { seconds = 0.3 } = options;
      checkSeconds(seconds);
      const real = await storeOf("rankStep", [[null, own]], { backend, seed: given.seed });
      try {
        return await measuredStep(own, given, real, { ranks: place, seconds });
      } finally {
        await real.close();
      }
    },
  } satisfies RankStep);
}

async function plannedStages(
  built: Built,
  due: readonly number[],
  store: Store,
  ranks: Place,
): Promise<readonly RankStage[]> {
  const planned: RankStage[] = [];
  const { stages } = await stagesOn(store, built.whole(due), ranks);
  for (const stage of stages) {
    const { outputs, updates } = stage;
    const { plan } = await compile({ outputs, updates }, store);
    planned.push({ plan, exchanges: exchangesOf(stage, store.float) });
  }
  return planned;
}

function checkRanks(ranks: Place): void {
  const { rank, size } = (ranks ?? {}) as Partial<Place>;
  const whole = Number.isInteger(size) && Number.isInteger(rank);
  if (whole && (rank as number) >= 0 && (rank as number) < (size as number)) return;
  throw new GraphError({
    where: "rankStep",
    must: "ranks must have a size from 1 and a rank from 0 to size − 1",
    got: `rank ${String(rank)} of ${String(size)}`,
    todo: "pass { rank: 0, size: 64 }",
  });
}

function checkSeconds(seconds: unknown): void {
  if (typeof seconds === "number" && seconds >= 0 && seconds < Number.POSITIVE_INFINITY) return;
  throw new GraphError({
    where: "rankStep.measure",
    must: "seconds must be a finite number ≥ 0",
    got: String(seconds),
    todo: "leave it out for 0.3",
  });
}

function notPlanned(name: string): GraphError {
  return new GraphError({
    where: "rankStep",
    must: `${name} must be left out`,
    got: `a ${name}`,
    todo:
      name === "store"
        ? "pass { backend }, since nothing is trained"
        : "leave it out, since nothing is trained",
  });
}
