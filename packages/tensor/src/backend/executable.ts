import type { Tensor } from "../tensor.ts";

/**
 * A plan that is ready to run on one store.
 *
 * @category For authors of backends
 */
export interface Executable {
  /** The memory that it takes besides the store's, in bytes: arena, outputs, feeds and constants. */
  readonly bytes: number;
  /** The dispatches that one run records on a graphics card. The member is absent if the backend records none. */
  readonly dispatches?: number;
  /**
   * Runs the plan once.
   *
   * @param feeds - The values, in the order of `Plan.feeds`. The caller has checked their shapes.
   * @returns Resolves when the run is submitted, to the outputs. They are valid until this executable runs again.
   */
  run(feeds: readonly Tensor[]): Promise<readonly Handle[]>;
  /**
   * Runs the plan once and measures its steps. The method is absent if the device cannot measure.
   *
   * @param feeds - The values, as for `run`.
   * @returns Resolves when the run is done, to the seconds that each step took, in the order of `Plan.steps`.
   */
  profile?(feeds: readonly Tensor[]): Promise<readonly number[]>;
  /** Frees the executable. It cannot run any more. */
  close(): Promise<void>;
}

/**
 * An output of a run, on the device.
 *
 * @category Backends
 */
export interface Handle {
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /**
   * Copies the value to the host.
   *
   * @returns Resolves to the value.
   * @throws {@link BackendError} if the program ran again or was closed since.
   */
  read(): Promise<Tensor>;
}
