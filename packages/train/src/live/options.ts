import { checkNames, GraphError } from "@metrigrad/tensor";
import type { ModelRecord } from "../record/modelRecord.ts";

/**
 * How a run writes its events to a file while it trains, for a program that watches it. The file is `events.jsonl` in
 * the folder, with one JSON value on each line. It needs a file system, as in Node.
 *
 * @category Train
 */
export interface LiveOptions {
  /** The folder, which is made if it is missing. */
  readonly folder: string;
  /** The name of the architecture; "model" by default. */
  readonly arch?: string;
  /** What {@link explain} returns for the model, so that its graph can be shown. */
  readonly model?: ModelRecord;
  /** The command that makes this run again. */
  readonly command?: string;
  /** Whether earlier runs in the file stay; false by default. A run that goes on from a checkpoint takes the place of its first part. */
  readonly append?: boolean;
  /** The least time between two events of steps, in seconds; 0.25 by default. */
  readonly every?: number;
}

/** Checks the options. Throws GraphError. */
export function checkLive(options: LiveOptions): void {
  const where = "fit, live";
  const names = ["folder", "arch", "model", "command", "append", "every"];
  checkNames(where, options, names, GraphError);
  const refuse = (must: string, got: unknown, todo: string): never => {
    throw new GraphError({ where, must, got: String(got), todo });
  };
  const { folder, arch = "model", command = "", append = false, every = 0.25 } = options;
  if (typeof folder !== "string" || folder === "") {
    refuse("folder must be a path", folder, 'pass a folder such as "runs/first"');
  }
  if (typeof arch !== "string") refuse("arch must be a text", arch, 'pass a name such as "mlp"');
  if (typeof command !== "string") refuse("command must be a text", command, "leave it out");
  if (typeof append !== "boolean") {
    refuse("append must be true or false", append, "leave it out to write a new file");
  }
  if (!(typeof every === "number" && every >= 0 && Number.isFinite(every))) {
    refuse("every must be a number of seconds ≥ 0", every, "leave it out for 0.25");
  }
}
