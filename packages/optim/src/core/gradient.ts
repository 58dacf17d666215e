import {
  add,
  grad,
  meanOverRanks,
  type Node,
  oneRank,
  topological,
  type Variable,
} from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { OptimizerContext } from "./optimizer.ts";

/**
 * A parameter and its gradient, ∂(loss + penalty)/∂parameter.
 *
 * @category Optimizers: combining
 */
export interface ParameterGradient {
  /** The parameter. */
  readonly variable: Variable;
  /** Its gradient, of the parameter's shape. */
  readonly gradient: Node;
}

/**
 * Returns the gradients of the whole loss, data term and penalty, in the order of the parameters.
 *
 * If the context brings gradients of its own, such as accumulated ones, the function returns those.
 *
 * @param context - The graph of one training step.
 * @returns Each parameter with its gradient.
 * @throws {@link GraphError} if no differentiable path leads from one of the parameters to the data term.
 * @category Optimizers: combining
 */
export function gradients(context: OptimizerContext): ParameterGradient[] {
  const { loss, penalty, parameters, gradients: given, ranks = oneRank } = context;
  const variables = parameters.map(({ variable }) => variable);
  if (given !== null) {
    return variables.map((variable, index) => ({ variable, gradient: given[index] as Node }));
  }
  checkReached(context);
  const ofLoss = grad(loss, variables);
  const ofPenalty = penalty === null ? null : grad(penalty.value, variables, { unused: "zero" });
  return variables.map((variable, index) => {
    const gradient = meanOverRanks(ofLoss[index] as Node, ranks);
    return {
      variable,
      gradient: ofPenalty === null ? gradient : add(gradient, ofPenalty[index] as Node),
    };
  });
}

/** Throws GraphError, with the path of the parameter, if the loss does not read one of the parameters. */
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
