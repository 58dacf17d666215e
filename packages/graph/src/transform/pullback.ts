import { sameShape } from "@metrigrad/tensor";
import { type Node, showNode } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";
import { addTerms } from "./addTerms.ts";

/**
 * Accumulates cotangents in reverse, from the outputs to the `wrt` nodes.
 *
 * The result has the cotangent of each `wrt` node, or null if no differentiable path leads from it to an output.
 */
export function pullback(
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
): (Node | null)[] {
  const order = topological(outputs);
  const joints = jointsOf(order);
  // Some results of a joint computation stand for values inside of it.
  const askedOf = new Map(
    [...joints.keys()].map((key) => [
      key,
      wrt.filter((node) => keyOf(node) === key && node.op.joint?.isInside(node) === true),
    ]),
  );
  const inside = [...askedOf].flatMap(([key, asked]) =>
    asked.length > 0 ? (joints.get(key) ?? []) : [],
  );
  const needed = dependents(order, [...wrt, ...inside]);
  const terms = new Map<Node, Node[]>();
  const accumulate = (node: Node, term: Node) => {
    const have = terms.get(node);
    if (have === undefined) terms.set(node, [term]);
    else have.push(term);
  };
  const found = new Map<Node, Node | null>();
  const cotangentOf = (node: Node): Node | null => {
    const known = found.get(node);
    if (known !== undefined) return known;
    const total = addTerms(terms.get(node) ?? []);
    found.set(node, total);
    return total;
  };
  outputs.forEach((output, index) => {
    accumulate(output, cotangents[index] as Node);
  });
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Node;
    if (node.inputs.length === 0 || !needed.has(node)) continue;
    const key = keyOf(node);
    const nodes = key === null ? [node] : (joints.get(key) ?? []);
    // The loop meets the first of the results last. Then the cotangents of all of them are known.
    if (nodes[0] !== node) continue;
    const cotangents = nodes.map(cotangentOf);
    if (cotangents.every((one) => one === null)) continue;
    const wanted = node.inputs.map((input) => input.type === "float" && needed.has(input));
    const asked = key === null ? [] : (askedOf.get(key) ?? []);
    if (!wanted.includes(true) && asked.length === 0) continue;
    const parts = withOrigin(node, () => {
      if (node.op.joint === undefined) return node.op.vjp(node, cotangents[0] as Node, wanted);
      const joint = node.op.joint.vjp(nodes, cotangents, wanted, asked);
      for (const [index, one] of asked.entries()) found.set(one, joint.inside[index] ?? null);
      return joint.inputs;
    });
    node.inputs.forEach((input, index) => {
      const part = parts[index] ?? null;
      if (part === null || !wanted[index]) return;
      if (!sameShape(part.shape, input.shape)) {
        throw new Error(
          `vjp of ${showNode(node)}: cotangent ${index} has shape [${part.shape}], not [${input.shape}]`,
        );
      }
      accumulate(input, part);
    });
  }
  return wrt.map(cotangentOf);
}

/** A text that is equal for nodes that are results of one computation. Null for all other nodes. */
function keyOf(node: Node): string | null {
  return node.op.joint?.key(node) ?? null;
}

/** The results of each computation, in order. */
function jointsOf(order: readonly Node[]): Map<string, Node[]> {
  const joints = new Map<string, Node[]>();
  for (const node of order) {
    const key = keyOf(node);
    if (key === null) continue;
    const list = joints.get(key) ?? [];
    list.push(node);
    joints.set(key, list);
  }
  return joints;
}
