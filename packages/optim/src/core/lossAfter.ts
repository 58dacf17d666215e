import { add, type Node, replaceNodes, sub } from "@metrigrad/graph";
import type { OptimizerContext } from "./optimizer.ts";
import type { ChainDirections } from "./step.ts";

/** Loss and penalty of the batch, a scalar. */
export function wholeLoss({ loss, penalty }: OptimizerContext): Node {
  return penalty === null ? loss : add(loss, penalty.value);
}

/** The whole loss of the same batch, with the same draws, at θ − u. */
export function lossAfter(context: OptimizerContext, directions: ChainDirections): Node {
  const moved = new Map<Node, Node>(
    directions.map(([variable, u]) => [variable, sub(variable, u)] as const),
  );
  return replaceNodes([wholeLoss(context)], moved)[0] as Node;
}
