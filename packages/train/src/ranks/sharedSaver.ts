import type { AnyModule } from "@metrigrad/nn";
import type { Communicator } from "@metrigrad/tensor";
import type { AnyFitOptions } from "../fit/options.ts";
import type { SavedRun } from "../resume/manifest.ts";
import { plainNumbers, readNumbers } from "../resume/numbers.ts";
import { openRunSaver, type RunSaver, type TakenRun } from "../resume/runSaver.ts";
import { sharedTensors, sharedText } from "./share.ts";

/**
 * Opens the folder of a run; null if it is not saved. On several ranks rank 0 alone reads and writes it, and the others learn from
 * rank 0 where the run goes on. Throws GraphError and DataError.
 */
export async function saverOf(
  model: AnyModule,
  options: AnyFitOptions,
  communicator: Communicator | null,
): Promise<RunSaver | null> {
  const { checkpoint } = options;
  if (checkpoint === undefined) return null;
  const given = { ...options, checkpoint };
  if (communicator === null) return openRunSaver(model, given);
  const own = communicator.rank === 0 ? await openRunSaver(model, given) : null;
  const { every = "epoch" } = checkpoint;
  let taken: TakenRun | null = null;
  return {
    takeUp: (store) => async (source) => {
      // A run on another number of ranks is the same one if its batches are.
      const whole = { ...source, batchSize: source.batchSize * communicator.size };
      await own?.takeUp(store)(whole);
      const saved = JSON.stringify(plainNumbers(own?.taken?.run ?? null));
      const run = readNumbers(JSON.parse(await sharedText(communicator, saved))) as SavedRun | null;
      const best = await sharedTensors(communicator, own?.taken?.best ?? new Map());
      taken = run === null ? null : { run, best };
      return taken !== null;
    },
    get taken() {
      return taken;
    },
    get newest() {
      return own?.newest ?? null;
    },
    afterEpochs: every === "epoch",
    afterStep: (step) => every !== "epoch" && step % every === 0,
    save: async (ready, state) => own?.save(ready, state),
    release: () => own?.release(),
  };
}
