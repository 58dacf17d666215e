import type { FolderHandle } from "../files/folderHandle.ts";

/**
 * Options of the checkpoints of {@link fit}. A run with checkpoints can be stopped or killed at any time, and go on.
 *
 * @category Train
 */
export interface CheckpointOptions {
  /**
   * The folder of this run's checkpoints. In Node it is a path, and the folder is made if it is missing. In a page it is a
   * `FileSystemDirectoryHandle`, for example of the origin private file system.
   */
  readonly folder: string | FolderHandle;
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
