import { type ErrorParts, GraphError } from "@metrigrad/tensor";

/** Where in the data a step of `fit` is. */
export interface BatchPlace {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Number of the batch within the epoch, from 1. */
  readonly batch: number;
  /** The rows of the batch in the training split; null where batches come from a stream. */
  readonly rows: Int32Array | null;
}

/** Where a step came upon a value that is not finite. */
export interface DivergencePlace {
  /** Number of the step, from 1. */
  readonly step: number;
  /** In the data of `fit`; null for a step of your own loop. */
  readonly data: BatchPlace | null;
  /** Path of the module whose node it is; "" where no module made it. */
  readonly module: string;
  /** Name of the node's op; "" where the value could not be found again. */
  readonly op: string;
}

/** Training came upon a loss or an update that is not finite; the state is as before that step. */
export class DivergenceError extends GraphError {
  override readonly name: string = "DivergenceError";
  readonly place: DivergencePlace;

  constructor(parts: ErrorParts, place: DivergencePlace) {
    super(parts);
    this.place = place;
  }
}
