import { type ScalarFn, type Shape, sameShape, sizeOf, transcendentalFns } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";

/** Element-wise nodes that one loop over `shape` computes. The nodes in `roots` are kept in memory. */
export interface Kernel {
  readonly shape: Shape;
  readonly roots: Node[];
  /** The product whose epilogue the loop is, or null. The product is itself in `roots` if other nodes read it. */
  readonly product: Node | null;
}

/** Which element-wise nodes are kept in memory, and which loop computes each of them. */
export interface Fusion {
  /** The kernel of every element-wise node that is kept, and of the product of each kernel. */
  readonly kernels: ReadonlyMap<Node, Kernel>;
  /** Element-wise nodes that exist only inside of loops. */
  readonly inlined: ReadonlySet<Node>;
}

/** A fusion in which every kernel keeps one node. */
export interface SingleFusion extends Fusion {
  /** For every inlined node: the nodes in memory whose loops compute it. */
  readonly owners: ReadonlyMap<Node, ReadonlySet<Node>>;
  /** For each node in memory: how many element-wise nodes its loop computes. */
  readonly sizes: ReadonlyMap<Node, number>;
}

/** The most values that one loop computes. Backends compile a loop as one function. */
export const largestLoop = 500;

/** A value is computed again if that costs at most this much work per element, in units of an addition. */
const cheapLimit = 4;
/** A value that more loops than these use is computed once. */
const mostLoops = 32;
/** Functions that take many instructions. */
const dearFns = new Set<ScalarFn>(Object.values(transcendentalFns));

/** The users of every node. The nodes come in topological order. */
export function usersOf(order: readonly Node[]): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) {
    for (const input of new Set(node.inputs)) users.get(input)?.push(node);
  }
  return users;
}

/**
 * Chooses what to fuse.
 *
 * An element-wise node is computed inside the loops that use it in two cases. Either one loop of its shape uses it, or it is
 * cheaper to compute it again than to write and read it in memory.
 */
export function fuse(order: readonly Node[], kept: ReadonlySet<Node>): SingleFusion {
  const users = usersOf(order);
  const cost = recomputeCost(order);
  const kernels = new Map<Node, Kernel>();
  const inlined = new Set<Node>();
  const owners = new Map<Node, ReadonlySet<Node>>();
  const sizes = new Map<Node, number>();
  const sizeIn = (owner: Node) => sizes.get(owner) ?? 0;
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Node;
    if (node.op.expr === undefined) continue;
    const using = users.get(node) as Node[];
    const inMemory = kept.has(node) || using.some((user) => !takesExpression(user, node));
    const inside = new Set(using.flatMap((user) => [...(owners.get(user) ?? [user])]));
    const [only] = inside;
    const fits = inside.size === 1 && sameShape(loopShape(only as Node), node.shape);
    const cheap = (cost.get(node) as number) <= cheapLimit && inside.size <= mostLoops;
    const wanted = fits || cheap;
    if (!inMemory && wanted && [...inside].every((owner) => sizeIn(owner) < largestLoop)) {
      inlined.add(node);
      owners.set(node, inside);
      for (const owner of inside) sizes.set(owner, sizeIn(owner) + 1);
    } else {
      kernels.set(node, { shape: node.shape, roots: [node], product: null });
      sizes.set(node, 1);
    }
  }
  return { kernels, inlined, owners, sizes };
}

/** The shape of the loop that computes a node in memory. */
function loopShape(owner: Node): Shape {
  return owner.op.fusesInput ? (owner.inputs[0] as Node).shape : owner.shape;
}

/** Whether a user can take a node as an expression that it computes on the way. */
function takesExpression(user: Node, node: Node): boolean {
  if (user.op.expr !== undefined) return true;
  return user.op.fusesInput === true && user.inputs.lastIndexOf(node) === 0;
}

/**
 * The work to compute each element-wise node again from values in memory. A value that reads two values counts as expensive.
 *
 * A product plus another value (a bias) counts as a value in memory for the nodes that are made of it. If several loops want it,
 * it will be in memory. Otherwise each of the loops would compute it again.
 */
function recomputeCost(order: readonly Node[]): Map<Node, number> {
  const cost = new Map<Node, number>();
  const bases = new Set<Node>();
  const reads = new Map<Node, Set<Node>>();
  for (const node of order) {
    if (node.op.expr === undefined) {
      cost.set(node, 0);
      reads.set(node, sizeOf(node.shape) > 1 ? new Set([node]) : new Set());
      continue;
    }
    const all = new Set(node.inputs.flatMap((input) => [...(reads.get(input) as Set<Node>)]));
    const read = new Set([...all].slice(0, 2));
    const expr = node.op.expr(node);
    const own = expr.kind === "call" && dearFns.has(expr.fn) ? 2 * cheapLimit : 1;
    const inner = node.inputs.reduce(
      (sum, input) => sum + (bases.has(input) ? 0 : (cost.get(input) as number)),
      own,
    );
    const base = read.size > 1 && node.inputs.some((input) => input.op.finishes?.(input) === true);
    if (base) bases.add(node);
    cost.set(node, read.size > 1 ? 2 * cheapLimit : Math.min(inner, 2 * cheapLimit));
    reads.set(node, base ? new Set([node]) : read);
  }
  return cost;
}
