/**
 * The parts of an error's message. The message reads "where: must, got got; todo".
 *
 * @category Errors
 */
export interface ErrorParts {
  /** The function that the user called, such as `matmul` or `fit`. */
  readonly where: string;
  /** The condition that must hold. */
  readonly must: string;
  /** The value that broke the condition. */
  readonly got: string;
  /** What the reader can do about it. */
  readonly todo: string;
}

/**
 * The base class of every error that metrigrad throws on purpose.
 *
 * @category Errors
 */
export class MetrigradError extends Error {
  // A string in the source: minifiers rename classes.
  override readonly name: string = "MetrigradError";
  /** The parts of the message. */
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts) {
    super(`${parts.where}: ${parts.must}, got ${parts.got}; ${parts.todo}`);
    this.parts = parts;
  }
}

/**
 * An error about shapes, ranks, axes or element types that do not fit together.
 *
 * @category Errors
 */
export class ShapeError extends MetrigradError {
  override readonly name: string = "ShapeError";
}

/**
 * An error about a graph that cannot be built, differentiated, batched or compiled as asked.
 *
 * @category Errors
 */
export class GraphError extends MetrigradError {
  override readonly name: string = "GraphError";
}

/**
 * An error about a metric that is missing, given twice, wrong or too large.
 *
 * @category Errors
 */
export class MetricError extends MetrigradError {
  override readonly name: string = "MetricError";
}

/**
 * An error about a backend, a store or a program: it cannot do what was asked.
 *
 * @category Errors
 */
export class BackendError extends MetrigradError {
  override readonly name: string = "BackendError";
}

/**
 * An error about data that cannot be read, or that are not what they claim to be.
 *
 * @category Errors
 */
export class DataError extends MetrigradError {
  override readonly name: string = "DataError";
}
