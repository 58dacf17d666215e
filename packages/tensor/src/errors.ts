/** The parts of an error message, printed as "where: must hold, got what; what to do". */
export interface ErrorParts {
  /** The public door that refused, for example `matmul` or `fit`. */
  readonly where: string;
  /** What must hold. */
  readonly must: string;
  /** What came instead. */
  readonly got: string;
  /** What the reader can do about it. */
  readonly todo: string;
}

/** Every error that metrigrad raises on purpose. */
export class MetrigradError extends Error {
  // A string in the source: minifiers rename classes.
  override readonly name: string = "MetrigradError";
  /** The message in its parts. */
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts) {
    super(`${parts.where}: ${parts.must}, got ${parts.got}; ${parts.todo}`);
    this.parts = parts;
  }
}

/** Shapes, ranks, axes or element types that do not fit together. */
export class ShapeError extends MetrigradError {
  override readonly name: string = "ShapeError";
}

/** A graph that cannot be differentiated, batched or compiled as asked. */
export class GraphError extends MetrigradError {
  override readonly name: string = "GraphError";
}

/** A metric that is missing, doubled, wrong or too large. */
export class MetricError extends MetrigradError {
  override readonly name: string = "MetricError";
}

/** A backend that cannot do what a plan asks of it. */
export class BackendError extends MetrigradError {
  override readonly name: string = "BackendError";
}

/** Data that cannot be read or is not what it claims to be. */
export class DataError extends MetrigradError {
  override readonly name: string = "DataError";
}
