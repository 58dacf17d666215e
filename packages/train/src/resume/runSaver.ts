import type { AnyModule } from "@metrigrad/nn";
import { GraphError, type Store, type Tensor } from "@metrigrad/tensor";
import type { BatchSource } from "../data/batchSource.ts";
import type { Stopper } from "../fit/earlyStopping.ts";
import type { EpochPart } from "../fit/epochs.ts";
import type { EpochEvent } from "../fit/events.ts";
import type { AnyFitOptions } from "../fit/options.ts";
import type { Prepared } from "../fit/prepare.ts";
import type { CheckpointOptions } from "./checkpointOptions.ts";
import { checkFingerprint, type Fingerprint, fingerprintOf } from "./fingerprint.ts";
import type { SavedRun } from "./manifest.ts";
import { bestPrefix } from "./newestRun.ts";
import { openRunFolder } from "./runFolder.ts";

/** A saved run that was loaded into a store. */
export interface TakenRun {
  readonly run: SavedRun;
  /** The best values of early stopping, by path. */
  readonly best: ReadonlyMap<string, Tensor>;
}

/** The state of a run when it is saved. */
export interface RunState {
  /** The number of epochs that are done. `part` is the done part of the next one. */
  readonly epoch: number;
  readonly part: EpochPart;
  readonly finished: SavedRun["finished"];
  readonly history: readonly EpochEvent[];
  readonly stops: Stopper | null;
}

/** Saves a run, and loads a saved one. */
export interface RunSaver {
  /**
   * Puts the saved run into a store, and returns whether there is one. Throws GraphError if it has other settings.
   */
  takeUp(store: Store): (source: BatchSource) => Promise<boolean>;
  /** The saved run after `takeUp`; null if the run begins. */
  readonly taken: TakenRun | null;
  /** The newest file of tensors; null if there is none. */
  readonly newest: string | null;
  /** Whether the run is saved after every epoch. */
  readonly afterEpochs: boolean;
  /** Whether the run is saved after a step, counted from 1. */
  afterStep(step: number): boolean;
  save(ready: Prepared, state: RunState): Promise<void>;
  release(): void;
}

/** Opens the folder of a run. Throws GraphError and DataError. */
export async function openRunSaver(
  model: AnyModule,
  options: AnyFitOptions & { readonly checkpoint: CheckpointOptions },
): Promise<RunSaver> {
  const { every = "epoch" } = options.checkpoint;
  const folder = await openRunFolder(options.checkpoint);
  let fingerprint: Fingerprint = {};
  let taken: TakenRun | null = null;
  return {
    takeUp: (store) => async (source) => {
      fingerprint = fingerprintOf(model, options, source, store);
      const { found } = folder;
      if (found === null) return false;
      checkFingerprint(fingerprint, found.fingerprint, folder.newest ?? "");
      const run = withEpochs(found, options);
      taken = { run, best: await folder.load(store) };
      return true;
    },
    get taken() {
      return taken;
    },
    get newest() {
      return folder.newest;
    },
    afterEpochs: every === "epoch",
    afterStep: (step) => every !== "epoch" && step % every === 0,
    save: async ({ runner, store, scheduled }, { epoch, part, finished, history, stops }) => {
      const place = { epoch, batch: part.batch };
      if (folder.has(place)) return;
      const kept = [...(stops?.kept ?? [])].map(
        ([path, value]) => [bestPrefix + path, value] as const,
      );
      const { best = null, waited = 0 } = stops ?? {};
      const earlyStopping = stops === null ? null : { best, waited };
      const { epochs } = options;
      const counted = { ...place, step: await runner.count(), finished, epochs, scheduled };
      const run: SavedRun = { ...counted, part, earlyStopping, history, fingerprint };
      await folder.save(run, store, new Map(kept));
    },
    release: folder.release,
  };
}

/**
 * Returns a saved run with the number of epochs that the options have. Throws GraphError if that would change its
 * steps.
 */
function withEpochs(run: SavedRun, options: AnyFitOptions): SavedRun {
  const { epochs, earlyStopping, evaluate = {} } = options;
  if (epochs === run.epochs) return run;
  const refused = (must: string, todo: string) =>
    new GraphError({ where: "fit, checkpoint", must, got: String(epochs), todo });
  const same = `epochs must be ${run.epochs}, as in the saved run`;
  const anew = 'or begin from its weights: loadCheckpoint(path, store, { only: "model" })';
  if (epochs < run.epochs) {
    throw refused(
      `epochs must be ${run.epochs} or more, as in the saved run`,
      `take as many, ${anew}`,
    );
  }
  if (run.scheduled) {
    throw refused(
      `${same}, since its schedule goes by the share of the run`,
      `take as many, ${anew}`,
    );
  }
  // The last epoch is always evaluated. If `every` does not ask for it, early stopping would count one evaluation
  // more.
  const { every = 1 } = evaluate === false ? {} : evaluate;
  if (run.finished === "epochs" && earlyStopping !== undefined && run.epochs % every !== 0) {
    throw refused(
      `${same}, since its last evaluation counted out of turn`,
      `take as many, ${anew}`,
    );
  }
  const history = run.history.map((event) => Object.freeze({ ...event, epochs }));
  return { ...run, epochs, history, finished: run.finished === "epochs" ? null : run.finished };
}
