import type { Variable } from "@metrigrad/graph";
import { type AnyModule, applyModel, type NodeTree } from "@metrigrad/nn";
import { MetricError, sizeOf } from "@metrigrad/tensor";

/** A model applied to samples in inference mode, with its trainable parameters. */
export interface ModelOutput {
  readonly output: NodeTree;
  readonly variables: readonly Variable[];
  /** The shapes of the parameters by path in the model. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The number P of elements of all parameters. */
  readonly size: number;
  readonly pathOf: (variable: Variable) => string;
}

/** Applies a model to x. Throws MetricError if it has no trainable parameters. */
export function outputOf(where: string, model: AnyModule, x: NodeTree): ModelOutput {
  const { output, parameters } = applyModel(model as never, x as never);
  if (parameters.length === 0) {
    throw new MetricError({
      where,
      must: "the model must have trainable parameters",
      got: "none",
      todo: "freeze parts of it only",
    });
  }
  const variables = parameters.map(({ variable }) => variable);
  const paths = new Map(parameters.map(({ variable, path }) => [variable, path]));
  const shapes = new Map(parameters.map(({ variable, path }) => [path, variable.shape]));
  const size = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const pathOf = (variable: Variable) => paths.get(variable) ?? "";
  return { output: output as NodeTree, variables, shapes, size, pathOf };
}
