import { add, grad, type Node, topological, type Variable } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { OptimizerContext } from "./optimizer.ts";

/** A parameter beside ∂(loss + penalty)/∂parameter. */
export interface ParameterGradient {
  readonly variable: Variable;
  readonly gradient: Node;
}

/**
 * Gradients of the whole loss, in the order of the parameters.
 * @throws GraphError for a parameter that no differentiable path connects to the data term
 */
export function gradients(context: OptimizerContext): ParameterGradient[] {
  const { loss, penalty, parameters, gradients: given } = context;
  const variables = parameters.map(({ variable }) => variable);
  if (given !== null) {
    return variables.map((variable, index) => ({ variable, gradient: given[index] as Node }));
  }
  checkReached(context);
  const ofLoss = grad(loss, variables);
  const ofPenalty = penalty === null ? null : grad(penalty.value, variables, { unused: "zero" });
  return variables.map((variable, index) => {
    const gradient = ofLoss[index] as Node;
    return {
      variable,
      gradient: ofPenalty === null ? gradient : add(gradient, ofPenalty[index] as Node),
    };
  });
}

/** Throws GraphError for a parameter that the loss does not read, by its path. */
function checkReached({ loss, parameters }: OptimizerContext): void {
  const needed = new Set<Node>(topological([loss]));
  const unused = parameters.filter(({ variable }) => !needed.has(variable));
  if (unused.length === 0) return;
  throw new GraphError({
    where: "optimizer",
    must: "the loss must depend on every parameter that is trained",
    got: `a loss that does not depend on ${unused.map(({ path }) => path).join(", ")}`,
    todo: "use it in the model, freeze it, or leave it out of `parameters`",
  });
}
