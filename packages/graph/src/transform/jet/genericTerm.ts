import { makeNode, type Node } from "../../core/node.ts";
import { zerosLike } from "../../ops/fill.ts";
import { input } from "../../ops/input.ts";
import { batched } from "../batched.ts";
import { pullback } from "../pullback.ts";
import { substitute } from "../substitute.ts";
import { flattened, unflattened } from "./stacks.ts";
import type { Term } from "./term.ts";

/**
 * The term of any op. It differentiates the op alone along one block after the other.
 *
 * It is right for all ops, and as fast as nested `jvp` of the op.
 */
export function genericTerm({ node, blocks, lead }: Term): Node | null {
  const inputs = node.inputs.map((one, at) => input(`value ${at}`, one.shape, one.type));
  const values = new Map<Node, Node>(inputs.map((one, at) => [one, node.inputs[at] as Node]));
  const cases = new Map<Node, Node>();
  let result: Node | null = makeNode(node.op, inputs, node.attrs);
  blocks.forEach(({ streams, labels }, index) => {
    const wrt: Node[] = [];
    const tangents: Node[] = [];
    streams.forEach((value, at) => {
      if (value === null || result === null) return;
      const { shape } = node.inputs[at] as Node;
      const tangent = input(`stream ${index} of ${at}`, shape);
      wrt.push(inputs[at] as Node);
      tangents.push(tangent);
      if (labels.length === 0) {
        values.set(tangent, value);
        return;
      }
      const flat = flattened({ value, labels }, lead);
      const all = input(`streams ${index} of ${at}`, flat.shape);
      cases.set(tangent, all);
      values.set(all, flat);
    });
    result = result === null ? null : pushforward(result, wrt, tangents);
  });
  if (result === null) return null;
  if (cases.size === 0) return substitute([result], values)[0] as Node;
  const size = [...cases.values()][0]?.shape[0] as number;
  const [many] = batched([result], cases, size) as [Node];
  return unflattened(substitute([many], values)[0] as Node, lead);
}

/** Σ ∂y/∂x ẋ, as the pullback of the pullback. Null if no differentiable path leads to y. */
function pushforward(y: Node, wrt: readonly Node[], tangents: readonly Node[]): Node | null {
  const probe = input("probe", y.shape);
  const back = pullback([y], [probe], wrt);
  const found = back.filter((one) => one !== null);
  const given = tangents.filter((_, at) => back[at] !== null);
  if (found.length === 0) return null;
  const [forward] = pullback(found, given, [probe]) as [Node | null];
  if (forward === null) return null;
  return substitute([forward], new Map([[probe as Node, zerosLike(probe)]]))[0] as Node;
}
