import type { Tensor } from "../tensor.ts";

/** A plan made ready on one store. */
export interface Executable {
  /** Bytes it holds beside the store: arena, outputs, feeds and constants. */
  readonly bytes: number;
  /**
   * Runs once; `feeds` in the order of `Plan.feeds`, shapes checked by the caller. Resolves on
   * submission; the handles are valid until the next run of this executable.
   */
  run(feeds: readonly Tensor[]): Promise<readonly Handle[]>;
  /**
   * Runs once and measures: resolves when the run is done, with the seconds that each step took, in
   * the order of `Plan.steps`. Absent where the device cannot tell.
   */
  profile?(feeds: readonly Tensor[]): Promise<readonly number[]>;
  /** Frees it; it cannot run any more. */
  close(): Promise<void>;
}

/** An output on the device. */
export interface Handle {
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Copies the value to the host. Throws BackendError when a later run replaced it. */
  read(): Promise<Tensor>;
}
