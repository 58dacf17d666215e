import { fileSystem } from "../files/fileSystem.ts";
import type { EpochEvent, StepEvent } from "../fit/events.ts";
import { numberOrNull, recordEpoch } from "../record/epochRecord.ts";
import { type Recording, type RunLabels, recordLabels } from "../record/record.ts";
import type { StepTime } from "../step/stepTime.ts";
import { oneAtATime } from "../step/turns.ts";
import { eventsFile, type LiveEnding, type LiveEvent } from "./events.ts";
import type { LiveOptions } from "./options.ts";

/** What is known of a run when it begins. */
export interface LiveRun {
  readonly labels: Omit<RunLabels, "arch" | "model" | "command">;
  readonly environment: Recording["environment"];
  readonly epochs: number;
  readonly steps: number | null;
  readonly history: readonly EpochEvent[];
  /** Whether it goes on from a checkpoint. */
  readonly resumed: boolean;
}

/** Writes the events of a run. */
export interface LiveWriter {
  /** Tells of a step, unless the last one was told of too short a time ago. */
  step(event: StepEvent): void;
  epoch(event: EpochEvent, profile: readonly StepTime[]): void;
  end(reason: LiveEnding, error?: unknown): void;
  /** Resolves when everything is written. Rejects with the first error of the file system. */
  written(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file of a folder, and writes that a run begins. Throws GraphError, and what the file system throws. */
export async function openLive(options: LiveOptions, run: LiveRun): Promise<LiveWriter> {
  const where = "fit, live.folder";
  const files = fileSystem(where, "leave live out, and take the events of the run itself");
  const { folder, arch = "model", model, command, append = false, every = 0.25 } = options;
  await files.promises.mkdir(folder, { recursive: true });
  const path = files.path.join(folder, eventsFile);
  const handle = await files.promises.open(path, append || run.resumed ? "a" : "w");
  const queue = oneAtATime();
  let failed: { readonly error: unknown } | null = null;
  const write = (event: LiveEvent): void => {
    void queue(async () => {
      // After a line that may be half written nothing can be appended.
      if (failed !== null) return;
      try {
        await handle.appendFile(`${JSON.stringify(event)}\n`);
      } catch (error) {
        failed ??= { error };
      }
    });
  };
  const written = () =>
    queue(async () => {
      if (failed !== null) throw failed.error;
    });
  // The process before may have been killed in the middle of a line.
  if (append || run.resumed) await handle.appendFile("\n");
  const { labels, environment, epochs, steps, history, resumed } = run;
  const named = { ...labels, arch, ...(model && { model }), ...(command && { command }) };
  write({
    type: "begin",
    schema: 1,
    time: new Date().toISOString(),
    resumed,
    ...recordLabels(named),
    environment,
    epochs,
    steps,
    history: history.map(recordEpoch),
  });
  let last = Number.NEGATIVE_INFINITY;
  return {
    step({ epoch, step, loss }) {
      const now = performance.now();
      if (now - last < 1000 * every) return;
      last = now;
      write({ type: "step", epoch, step, loss: numberOrNull(loss) });
    },
    epoch: (event, profile) => write({ type: "epoch", epoch: recordEpoch(event), profile }),
    end(reason, error) {
      const message = error instanceof Error ? error.message : null;
      write({ type: "end", time: new Date().toISOString(), reason, message });
    },
    written,
    async close() {
      try {
        await written();
      } finally {
        await handle.close();
      }
    },
  };
}
