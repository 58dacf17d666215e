import { sameShape } from "@metrigrad/tensor";
import { type Node, showNode } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";
import { addTerms } from "./addTerms.ts";

/**
 * Reverse accumulation: the cotangent of each `wrt` node, given cotangents of the outputs; null
 * where no differentiable path leads there.
 */
export function pullback(
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
): (Node | null)[] {
  const order = topological(outputs);
  const needed = dependents(order, wrt);
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
    const cotangent = cotangentOf(node);
    if (cotangent === null) continue;
    const wanted = node.inputs.map((input) => input.type === "float" && needed.has(input));
    if (!wanted.includes(true)) continue;
    const parts = withOrigin(node, () => node.op.vjp(node, cotangent, wanted));
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
