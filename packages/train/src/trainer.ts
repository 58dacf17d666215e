import { batches } from "@metrigrad/data";
import { type Store, tensor } from "@metrigrad/tensor";
import type { FitOptions } from "./options.ts";
import { findCulprit } from "./step/culprit.ts";
import { divergedAt } from "./step/diverged.ts";
import { duePhases } from "./step/due.ts";
import { reporter } from "./step/reporter.ts";
import { failedStep } from "./step/state.ts";
import { rowsFeed, type StepGraph } from "./step/stepGraph.ts";
import { type StepPrograms, stepPrograms } from "./step/stepPrograms.ts";
import type { OptimizerReport } from "./step/told.ts";

/** What one epoch of training took. */
export interface TrainedEpoch {
  readonly steps: number;
  readonly seconds: number;
  readonly secondsMetric: number;
  readonly report: OptimizerReport | null;
}

/** Runs the steps of epochs. */
export interface Trainer {
  /** Trains one epoch, counted from 0, from its batch `from` on. Throws DivergenceError. */
  epoch(epoch: number, from: number): Promise<TrainedEpoch>;
  close(): Promise<void>;
}

/** How long steps may run before the host gets a turn, in seconds. */
const turn = 0.25;

/** Prepares to train the steps first … end − 1. */
export async function trainer(
  graph: StepGraph,
  options: FitOptions,
  store: Store,
  first: number,
  end: number,
): Promise<Trainer> {
  const { data, batchSize, seed, checkEvery = 100, onStep, report: asked = false } = options;
  const rows = data.train.inputs.shape[0] as number;
  const programs: StepPrograms = await stepPrograms(graph, store, first, end);
  const wish = typeof asked === "object" ? asked : {};
  const told = asked === false ? null : reporter(graph, store, wish.costly ?? false);

  /** Throws where a step of this epoch failed. */
  const check = async (epoch: number, order: readonly Int32Array[]) => {
    const step = (await store.read(failedStep.attrs.name)).item();
    if (step === 0) return;
    const batch = (step - 1) % order.length;
    const chosen = order[batch] as Int32Array;
    const updates = graph.updates(duePhases(graph.phases, step - 1));
    const culprit = await findCulprit(store, graph.loss, updates, { [rowsFeed]: tensor(chosen) });
    throw divergedAt({ step, epoch: epoch + 1, batch: batch + 1, rows: chosen }, culprit);
  };

  return {
    async epoch(epoch, from) {
      const begun = performance.now();
      let breath = begun;
      let telling = 0;
      let report: OptimizerReport | null = null;
      const order = batches(rows, batchSize, { seed, epoch });
      for (let batch = from; batch < order.length; batch++) {
        const step = epoch * order.length + batch;
        const feeds = { [rowsFeed]: tensor(order[batch] as Int32Array) };
        const every = wish.every ?? order.length;
        const now = performance.now();
        const one = (step + 1) % every === 0 ? await told?.report(step, feeds) : undefined;
        report = one ?? report;
        telling += performance.now() - now;
        await programs.at(step).run(feeds);
        onStep?.({ epoch: epoch + 1, step: step + 1, steps: end, report: one ?? null });
        if ((batch + 1) % checkEvery === 0) await check(epoch, order);
        if (performance.now() - breath > 1000 * turn) {
          await new Promise((done) => setTimeout(done));
          breath = performance.now();
        }
      }
      await check(epoch, order);
      const seconds = (performance.now() - begun - telling) / 1000;
      const secondsMetric = programs.takeMetricSeconds();
      return { steps: order.length - from, seconds, secondsMetric, report };
    },
    close: async () => {
      await told?.close();
      await programs.close();
    },
  };
}
