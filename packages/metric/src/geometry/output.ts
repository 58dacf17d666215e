import type { Node, Variable } from "@metrigrad/graph";
import { applyModel, type Module } from "@metrigrad/nn";
import { MetricError, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";

/** A model applied to rows in inference mode, with its trainable parameters. */
export interface ModelOutput {
  /** o [n, m]. */
  readonly output: Node;
  readonly variables: readonly Variable[];
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** P, the number of elements of all parameters. */
  readonly size: number;
}

/** Applies a model to x. Throws ShapeError unless its output is [n, m] with a row for each of x, MetricError where nothing trains. */
export function outputOf(where: string, model: Module, x: Node): ModelOutput {
  const { output, parameters } = applyModel(model, x);
  if (output.shape.length !== 2 || output.shape[0] !== x.shape[0]) {
    throw new ShapeError({
      where,
      must: `the model's output must be [${x.shape[0]}, m]`,
      got: showShape(output.shape),
      todo: "reshape it in the model",
    });
  }
  if (parameters.length === 0) {
    throw new MetricError({
      where,
      must: "the model must have trainable parameters",
      got: "none",
      todo: "freeze parts of it only",
    });
  }
  const variables = parameters.map(({ variable }) => variable);
  const shapes = new Map(variables.map(({ attrs, shape }) => [attrs.name, shape]));
  const size = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  return { output, variables, shapes, size };
}
