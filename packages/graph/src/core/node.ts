import type { Node, Op } from "./op.ts";
import { currentOrigin } from "./scope.ts";

export type { Node } from "./op.ts";

let created = 0;

/**
 * Makes the node of an op on inputs. Authors of ops call it; users call the ops.
 *
 * @param op - The op.
 * @param inputs - The inputs.
 * @param attrs - The attributes of the op. They must not change later.
 * @returns The node. Its shape and type come from the op's `infer`.
 * @throws {@link ShapeError} if the op's `infer` refuses the inputs.
 * @category Graph: own ops
 */
export function makeNode<A>(op: Op<A>, inputs: readonly Node[], attrs: A): Node<A> {
  const { shape, type } = op.infer(inputs, attrs);
  const { scope, role } = currentOrigin();
  return Object.freeze({ id: created++, op, inputs, attrs, shape, type, scope, role });
}

/**
 * Returns whether a value is a node. A node of another copy of this package counts too.
 *
 * @param value - Any value.
 * @returns Whether it is a node.
 * @nothrow
 * @category Graph: compile and run
 */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "op" in value && "inputs" in value;
}

/**
 * Describes a node in words, such as "matmul [50, 80] in dense/0".
 *
 * @param node - The node.
 * @returns The text.
 * @nothrow
 * @category Graph: compile and run
 */
export function showNode(node: Node): string {
  const where = node.scope === "" ? "" : ` in ${node.scope}`;
  return `${node.op.name} [${node.shape.join(", ")}]${where}`;
}
