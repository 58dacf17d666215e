import { type ErrorParts, GraphError } from "@metrigrad/tensor";

/**
 * The place in the data where a step of {@link fit} is.
 *
 * @category Errors
 */
export interface BatchPlace {
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The number of the batch within the epoch, from 1. */
  readonly batch: number;
  /** The rows of the batch as indices into the training split, [n]; null if the batches come from a stream. */
  readonly rows: Int32Array | null;
}

/**
 * The place where a step met a value that is not finite.
 *
 * @category Errors
 */
export interface DivergencePlace {
  /** The number of the step, from 1. */
  readonly step: number;
  /** The place in the data of {@link fit}; null for a step of your own loop. */
  readonly data: BatchPlace | null;
  /** The path of the module that made the node; "" if no module made it. */
  readonly module: string;
  /** The name of the node's op; "" if the value is finite when the step is replayed. */
  readonly op: string;
}

/**
 * The error of a training step whose loss or update is not finite. The state on the store is as it was before that
 * step.
 *
 * @category Errors
 */
export class DivergenceError extends GraphError {
  override readonly name: string = "DivergenceError";
  /** The step, the batch, the module and the op of the first value that is not finite. */
  readonly place: DivergencePlace;

  constructor(parts: ErrorParts, place: DivergencePlace) {
    super(parts);
    this.place = place;
  }
}
