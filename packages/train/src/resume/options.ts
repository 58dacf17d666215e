import { checkNames, GraphError } from "@metrigrad/tensor";
import { bytesInstead, fileSystem } from "../files/fileSystem.ts";
import { listFolder } from "./names.ts";

/**
 * Options of the checkpoints of {@link fit}. A run with checkpoints can be stopped or killed at any time, and go on.
 *
 * @category Train
 */
export interface CheckpointOptions {
  /** The folder of this run's checkpoints, which is made if it is missing. */
  readonly folder: string;
  /** When to save: after each epoch, or after every so many steps; `"epoch"` by default. A run that ends saves too. */
  readonly every?: number | "epoch";
  /** How many of the newest checkpoints stay; 2 by default. */
  readonly keep?: number;
  /**
   * Whether the run goes on from the newest whole checkpoint in the folder; false by default. If the folder has none,
   * the run begins anew. With `false`, the folder must hold no checkpoints.
   */
  readonly resume?: boolean;
}

const refuse = (must: string, got: unknown, todo: string): never => {
  throw new GraphError({ where: "fit, checkpoint", must, got: String(got), todo });
};

/** Checks the options and the folder, without changing it. Throws GraphError. */
export function checkCheckpoint(options: CheckpointOptions): void {
  checkNames("fit, checkpoint", options, ["folder", "every", "keep", "resume"], GraphError);
  const { folder, every = "epoch", keep = 2, resume = false } = options;
  if (typeof folder !== "string" || folder === "") {
    refuse("folder must be a path", folder, 'pass a folder such as "runs/first"');
  }
  const positive = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
  if (every !== "epoch" && !positive(every)) {
    refuse(
      'every must be "epoch" or a positive number of steps',
      every,
      "pass a number such as 100",
    );
  }
  if (!positive(keep)) refuse("keep must be a positive integer", keep, "leave it out for 2");
  if (typeof resume !== "boolean") {
    refuse("resume must be true or false", resume, "leave it out to begin");
  }
  const files = fileSystem("fit, checkpoint.folder", bytesInstead);
  const { checkpoints, strays } = listFolder(files, folder);
  const known = [...checkpoints.map(({ name }) => name), ...strays];
  if (resume || known.length === 0) return;
  refuse(
    "folder must hold no checkpoints where resume is false",
    `${known.length} in ${folder}, such as ${known[0]}`,
    "go on from it by { resume: true }, or choose another folder",
  );
}
