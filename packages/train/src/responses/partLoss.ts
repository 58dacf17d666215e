import {
  isVariable,
  mean,
  mul,
  type Node,
  neg,
  reshape,
  sqrt,
  square,
  sum,
  topological,
} from "@metrigrad/graph";
import { gaussian, type NodeTree, nodesOf } from "@metrigrad/nn";
import { GraphError, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import type { StepContext } from "../step/context.ts";
import type { AnyPart } from "./part.ts";

/** A part, with its points as nodes of a graph. */
export interface PlacedPart {
  readonly name: string;
  readonly part: AnyPart;
  /** The points as nodes, in the form of `at`. */
  readonly at: NodeTree;
}

/** The function that tells metrics what is observed; null if no metric needs it. */
export type Observe = StepContext["observe"] | null;

/**
 * Returns the loss of a part, multiplied by its weight, a scalar. Throws GraphError or ShapeError if the response
 * does not fit, and what the response throws.
 */
export function partLoss(where: string, placed: PlacedPart, u: unknown, observe: Observe): Node {
  const { part, at } = placed;
  const { law, targets, weight = 1 } = part;
  if (law === undefined || targets === undefined) {
    const r = residualOf(where, placed, u);
    observe?.(r, gaussian(), undefined, { weight });
    return mul(mean(sum(square(r), { axis: 1 })), 0.5 * weight);
  }
  const response = responseOf(where, placed, u);
  const seen = targets(at as never);
  const logProb = observe?.(response, law, seen, { weight }) ?? law.logProb(seen, response);
  return mul(neg(mean(logProb)), weight);
}

/** Returns |r| of each point, [n], over all values of r. */
export function residualSize(where: string, placed: PlacedPart, u: unknown): Node {
  return sqrt(sum(square(residualOf(where, placed, u)), { axis: 1 }));
}

/** Returns the residual of a part as [n, m]. */
function residualOf(where: string, placed: PlacedPart, u: unknown): Node {
  const response = responseOf(where, placed, u);
  const n = rowsOf(placed.at);
  const nodes = nodesOf(response);
  const [r] = nodes;
  const single = r !== undefined && r === response;
  if (single && r.type === "float" && r.shape.length >= 1 && r.shape[0] === n) {
    return reshape(r, [n, sizeOf(r.shape.slice(1))]);
  }
  throw new ShapeError({
    where: `${where}, ${placed.name}`,
    must: `of must return a float residual [${n}] or [${n}, m], a row for each point`,
    got: single ? `${r.type} ${showShape(r.shape)}` : "a tree of nodes",
    todo: "leave sums and means over the points out, or name the law of the response: { law, targets }",
  });
}

function responseOf(where: string, { name, part, at }: PlacedPart, u: unknown): NodeTree {
  const response = part.of(u as never, at as never);
  const own = `${where}, ${name}`;
  const nodes = nodesIn(own, response);
  const depends = topological(nodes).some(
    (node) => isVariable(node) && node.attrs.role === "parameter",
  );
  if (depends) return response;
  throw new GraphError({
    where: own,
    must: "the response must depend on a parameter of the model",
    got: "one that does not",
    todo: "apply the function of the model that `of` is given: (u, x) => u(x)",
  });
}

function nodesIn(where: string, response: unknown): readonly Node[] {
  if (typeof response === "object" && response !== null && !(response instanceof Promise)) {
    return nodesOf(response as NodeTree);
  }
  throw new GraphError({
    where,
    must: "of must return a node, or the tree of nodes that the law takes",
    got: response instanceof Promise ? "a promise" : String(response),
    todo: "return for example add(laplacian(u, x), f(x))",
  });
}

/** Returns the number of points. */
export function rowsOf(at: NodeTree): number {
  return nodesOf(at)[0]?.shape[0] ?? 0;
}
