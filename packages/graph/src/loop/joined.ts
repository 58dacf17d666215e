import type { Shape, ValueType } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { withOrigin } from "../core/scope.ts";
import { topological } from "../core/topology.ts";
import { placeExtra } from "../ops/pick.ts";
import type { LoopBody } from "./body.ts";
import { loopsOf } from "./reduce.ts";
import type { LoopOutputAttrs } from "./results.ts";

/** A loop with all of its results. */
export interface JoinedLoop {
  readonly body: LoopBody;
  /** The results. The first one is the value of the node, and `loopResult` nodes claim the others. */
  readonly outputs: readonly Pick<LoopOutputAttrs, "value" | "kind">[];
}

/** Throws, since joined loops exist only in the compiler. */
function never(): never {
  throw new Error("compile: joined loops are made to be lowered");
}

/** The op of a loop as one node. Only the compiler makes such nodes. */
export const joinedLoopOp: Op<JoinedLoop> = {
  name: "loop",
  infer: (_, { body, outputs }) => {
    const [{ value, kind }] = outputs as [JoinedLoop["outputs"][number]];
    const shape = kind === "last" ? value.shape : [body.turns, ...value.shape];
    return { shape, type: value.type };
  },
  vjp: never,
  batch: never,
  lower: never,
  key: () => null,
};

/** A result of a joined loop other than the first one. */
const resultOp: Op<{ readonly index: number; readonly shape: Shape; readonly type: ValueType }> = {
  name: "loopResult",
  infer: (_, { shape, type }) => ({ shape, type }),
  vjp: never,
  batch: never,
  claims: (node) => ({ node: node.inputs[0] as Node, index: node.attrs.index }),
  lower: (node, context) => placeExtra(node, node.inputs[0] as Node, node.attrs.index, context),
  key: () => null,
};

/** The same graph, in which the results of each loop are results of one node. */
export function joinLoops(roots: readonly Node[]): Node[] {
  const order = topological(roots);
  const loops = loopsOf(order);
  if (loops.size === 0) return [...roots];
  const made = new Map<Node, Node>();
  const now = (node: Node) => made.get(node) ?? node;
  const joinOf = new Map<Node, readonly Node<LoopOutputAttrs>[]>();
  for (const outputs of loops.values()) joinOf.set(outputs[0] as Node, outputs);
  for (const node of order) {
    if (made.has(node)) continue;
    const outputs = joinOf.get(node) as readonly Node<LoopOutputAttrs>[] | undefined;
    if (outputs !== undefined) {
      const { body } = (outputs[0] as Node<LoopOutputAttrs>).attrs;
      const attrs = {
        body,
        outputs: outputs.map(({ attrs: { value, kind } }) => ({ value, kind })),
      };
      const whole = withOrigin(node, () => makeNode(joinedLoopOp, node.inputs.map(now), attrs));
      outputs.forEach((output, index) => {
        const { shape, type } = output;
        const result = () => makeNode(resultOp, [whole], { index, shape, type });
        made.set(output, index === 0 ? whole : withOrigin(output, result));
      });
    } else if (node.inputs.some((input) => made.has(input))) {
      made.set(
        node,
        withOrigin(node, () => makeNode(node.op, node.inputs.map(now), node.attrs)),
      );
    }
  }
  return roots.map(now);
}
