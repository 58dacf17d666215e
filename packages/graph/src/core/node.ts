import type { Node, Op } from "./op.ts";
import { currentOrigin } from "./scope.ts";

export type { Node } from "./op.ts";

let created = 0;

/** Applies an op to inputs: the door for authors of ops. Throws what the op's `infer` throws. */
export function makeNode<A>(op: Op<A>, inputs: readonly Node[], attrs: A): Node<A> {
  const { shape, type } = op.infer(inputs, attrs);
  const { scope, role } = currentOrigin();
  return Object.freeze({ id: created++, op, inputs, attrs, shape, type, scope, role });
}

/** Whether a value is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "op" in value && "inputs" in value;
}

/** A node as text: "matmul [50, 80] in dense/0". */
export function showNode(node: Node): string {
  const where = node.scope === "" ? "" : ` in ${node.scope}`;
  return `${node.op.name} [${node.shape.join(", ")}]${where}`;
}
