import type { SplitName } from "@metrigrad/data";
import type { AnyModule, Module } from "@metrigrad/nn";
import {
  type Communicator,
  GraphError,
  type Store,
  type Tensor,
  type Tree,
} from "@metrigrad/tensor";
import { claimStore, storeOf } from "../host/openStore.ts";
import { type LiveWriter, openLive } from "../live/writer.ts";
import { endTogether } from "../ranks/inStep.ts";
import { saverOf } from "../ranks/sharedSaver.ts";
import { environmentOf } from "../record/record.ts";
import type { RunSaver, RunState } from "../resume/runSaver.ts";
import { dueAfter } from "./due.ts";
import { type Stopper, stopper } from "./earlyStopping.ts";
import { type EpochPart, noPart, trainer } from "./epochs.ts";
import type { EpochEvent, Evaluation, StepEvent } from "./events.ts";
import { type AnyFitOptions, checkDistributed, checkOptions, type FitOptions } from "./options.ts";
import { type Prepared, prepare } from "./prepare.ts";
import type { Run } from "./run.ts";
import { type SplitEvaluator, splitNames } from "./splits.ts";

/**
 * Trains a model.
 *
 * The loss is the batch mean of −ln p of the likelihood, or of a loss of your own, plus ½β Σ‖W‖² over the weights.
 * Rows are shuffled by the seed. The data live on the backend while the run trains, and a step is one program.
 *
 * The run is a function of model, options and backend alone, except for its times. If a loss or an update is not
 * finite, the state stays as it was before that step.
 *
 * @param model - The module. The inputs of the data are its input.
 * @param options - Data, likelihood or loss, optimizer, and how to train.
 * @returns The run. Iterate over it, or await `finish()`.
 * @throws {@link GraphError} if an option is unknown or out of range, or if the checkpoint folder holds checkpoints
 *   and `resume` is false. While you iterate: if a saved run has other settings, and what the model, the likelihood
 *   and the optimizer throw.
 * @throws {@link DataError} while you iterate, if the data are not finite, or if the likelihood cannot observe them.
 * @throws {@link DivergenceError} while you iterate, if a loss or an update is not finite.
 * @category Train
 */
export function fit<In, Out, X extends Tree<Tensor> = Tensor, Y extends Tree<Tensor> = Tensor>(
  model: Module<In, Out>,
  options: FitOptions<Out, X, Y>,
): Run {
  const given = options as unknown as AnyFitOptions;
  checkOptions(model, given);
  return makeRun(model as unknown as AnyModule, given);
}

function makeRun(model: AnyModule, options: AnyFitOptions): Run {
  const { epochs, signal } = options;
  const history: EpochEvent[] = [];
  let store: Store | null = null;
  let prepared: Prepared | null = null;
  let training: SplitEvaluator | null = null;
  let stops: Stopper | null = null;
  let saver: RunSaver | null = null;
  let live: LiveWriter | null = null;
  let communicator: Communicator | null = null;
  /** The last epoch done while the run waits for its user, who may leave the loop; null while it trains. */
  let behind: number | null = null;
  /** Why the run has ended; null if it has not, or if its user ended it. */
  let finished: RunState["finished"] = null;
  let stopped = false;
  let aborted = false;
  const ended = () => stopped || signal?.aborted === true;

  async function* train(): AsyncGenerator<EpochEvent, void, undefined> {
    communicator = (await options.distributed) ?? null;
    if (communicator !== null) checkDistributed({ ...options, distributed: communicator });
    if (await endTogether(ended, communicator)(0)) {
      aborted = true;
      return;
    }
    saver = await saverOf(model, options, communicator);
    try {
      yield* trainOn(await storeOf("fit", [[null, model]], options));
    } finally {
      saver?.release();
    }
  }

  async function* trainOn(own: Store): AsyncGenerator<EpochEvent, void, undefined> {
    let release: () => void;
    try {
      release = claimStore("fit", own);
    } catch (error) {
      if (options.store === undefined) await own.close();
      throw error;
    }
    store = own;
    let failure: unknown;
    try {
      prepared = await prepare(model, options, own, saver?.takeUp(own), communicator);
      training = prepared.evaluator();
      stops =
        options.earlyStopping === undefined
          ? null
          : stopper(options.earlyStopping, prepared.learned, own);
      yield* epochsOf(prepared, training);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      live?.end(failure === undefined ? (finished ?? "stopped") : "error", failure);
      const left = saveAndLeave(own, release);
      // What went wrong first is told. On a closed backend the end goes wrong too.
      await (failure === undefined ? left : left.catch(() => undefined));
    }
  }

  /** Saves what is not saved, and frees all. */
  async function saveAndLeave(own: Store, release: () => void): Promise<void> {
    try {
      if (behind !== null) await save(behind, noPart, null);
    } finally {
      await leave(own, release);
    }
  }

  /** Opens the file of events if `live` asks for it. `history` has the epochs of a saved run. */
  async function begin({ store: own, steps }: Prepared, resumed: boolean): Promise<void> {
    // One process tells for all.
    if (options.live === undefined || (communicator?.rank ?? 0) > 0) return;
    const { name: optimizer, settings } = options.optimizer;
    const { batchSize, l2 = 0, seed } = options;
    const labels = { optimizer, settings: { ...settings, batchSize, l2 }, seed };
    const environment = environmentOf(own);
    live = await openLive(options.live, { labels, environment, epochs, steps, history, resumed });
  }

  async function leave(own: Store, release: () => void): Promise<void> {
    try {
      await training?.close();
      training = null;
      await prepared?.runner.close();
      await prepared?.source.release();
      if (prepared === null && options.store === undefined) {
        store = null;
        await own.close();
      }
    } finally {
      release();
      await live?.close();
    }
  }

  /** Saves the run if `checkpoint` asks for it. */
  async function save(
    epoch: number,
    { batch, steps, losses, seconds, secondsMetric, report }: EpochPart,
    ending: RunState["finished"],
  ): Promise<void> {
    const part = { batch, steps, losses, seconds, secondsMetric, report };
    await saver?.save(prepared as Prepared, { epoch, part, finished: ending, history, stops });
  }

  async function* epochsOf(
    ready: Prepared,
    evaluators: SplitEvaluator,
  ): AsyncGenerator<EpochEvent, void, undefined> {
    const { stepsPerEpoch } = ready.source;
    const taken = saver?.taken ?? null;
    if (taken !== null) {
      history.push(...taken.run.history);
      if (taken.run.earlyStopping !== null) stops?.resume(taken.run.earlyStopping, taken.best);
      finished = taken.run.finished;
    }
    await begin(ready, taken !== null);
    if (finished !== null) {
      await stops?.restore();
      return;
    }
    const { onStep } = options;
    const told = (event: StepEvent) => {
      live?.step(event);
      return onStep?.(event);
    };
    const watched = live === null ? options : { ...options, onStep: told };
    const { epoch: trainEpoch } = trainer(ready, watched, {
      ended: endTogether(ended, communicator),
      from: taken?.run.part ?? null,
      savedAfter: (step) => saver?.afterStep(step) === true,
      save: (epoch, part) => save(epoch, part, null),
    });
    const begun = stepsPerEpoch === null ? 0 : Math.floor(ready.done / stepsPerEpoch);
    const first = taken?.run.epoch ?? begun;
    for (let epoch = first; epoch < epochs; epoch++) {
      const trained = await trainEpoch(epoch);
      if (trained.ended) {
        aborted = true;
        await save(epoch, trained, null);
        return;
      }
      // A stream without `rows` skips the epochs that were done before.
      if (trained.steps === 0) continue;
      const found = await evaluateAfter(epoch + 1, evaluators, trained.loss);
      const penalty = found.train === undefined ? 0 : await evaluators.penalty();
      const { seconds, secondsMetric, report, steps } = trained;
      const event: EpochEvent = Object.freeze({
        epoch: epoch + 1,
        epochs,
        ...(found.train && named("train", { ...found.train, cost: found.train.cost + penalty })),
        ...(found.valid && named("valid", found.valid)),
        seconds,
        secondsMetric,
        stepsPerSecond: steps / seconds,
        report,
      });
      history.push(event);
      const measured = found.valid ?? found.train;
      const last = measured !== undefined && (await stops?.measure(epoch + 1, measured)) === true;
      const end = epoch + 1 === epochs ? "epochs" : null;
      finished = last ? "earlyStopping" : end;
      // The values of the last step are saved, so that a run with more epochs goes on from them.
      if (saver?.afterEpochs === true || finished !== null) {
        await save(epoch + 1, noPart, finished);
      }
      if (finished !== null) await stops?.restore();
      live?.epoch(event, ready.runner.profile());
      await live?.written();
      behind = epoch + 1;
      yield event;
      behind = null;
      if (last) return;
    }
    if (history.length === 0) throw passedBy(ready.done);
  }

  const evaluateAfter = async (
    epoch: number,
    evaluators: SplitEvaluator,
    loss: number | null,
  ): Promise<{ readonly train?: Evaluation; readonly valid?: Evaluation }> => {
    const { train, valid } = dueAfter(epoch, options);
    const rows = typeof train === "object" ? train.rows : undefined;
    const ofTrain = async (): Promise<Evaluation> =>
      loss === null ? evaluators.evaluate("train", rows) : { cost: loss, metrics: {} };
    return {
      ...(train === false ? {} : { train: await ofTrain() }),
      ...(valid && splitNames(options.data).includes("valid")
        ? { valid: await evaluators.evaluate("valid") }
        : {}),
    };
  };

  const ready = () => prepared ?? notBegun();
  const evaluate = async (split: SplitName): Promise<Evaluation> => {
    const { evaluator } = ready();
    if (training !== null) return training.evaluate(split);
    // The data left the store when training ended. They come back for this one evaluation.
    const once = evaluator();
    try {
      return await once.evaluate(split);
    } finally {
      await once.close();
    }
  };

  const iterator = train();
  return Object.freeze({
    get store() {
      return ready().store;
    },
    history,
    get splits() {
      return splitNames(options.data);
    },
    get best() {
      return stops?.best ?? null;
    },
    get aborted() {
      return aborted;
    },
    checkpoint: () => saver?.newest ?? null,
    [Symbol.asyncIterator]: () => iterator,
    async finish() {
      for await (const _ of iterator);
      return history;
    },
    stop() {
      stopped = true;
    },
    evaluate,
    test: () => evaluate("test"),
    profile: () => prepared?.runner.profile() ?? [],
    async close() {
      stopped = true;
      try {
        await iterator.return();
      } finally {
        if (options.store === undefined) await store?.close();
      }
    },
  } satisfies Run);
}

/** Returns an evaluation under the names of an event. */
function named(split: "train" | "valid", { cost, accuracy, metrics }: Evaluation) {
  return {
    [`${split}Cost`]: cost,
    ...(accuracy === undefined ? {} : { [`${split}Accuracy`]: accuracy }),
    ...(Object.keys(metrics).length === 0 ? {} : { [`${split}Metrics`]: metrics }),
  };
}

function notBegun(): never {
  throw new GraphError({
    where: "run",
    must: "training must have begun",
    got: "a run that was not iterated yet",
    todo: "loop over the run, or await run.finish(), first",
  });
}

function passedBy(done: number): GraphError {
  return new GraphError({
    where: "fit",
    must: "the run must have steps left",
    got: `a store on which this optimizer has done ${done}, as many as the stream has`,
    todo: "ask for more epochs, or begin the optimizer anew: { resume: false }",
  });
}
