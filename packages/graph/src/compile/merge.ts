import { sameShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { type Fusion, type Kernel, usersOf } from "./fuse.ts";

/** A search for a path outside two kernels gives up after this many nodes, and they stay apart. */
const searchLimit = 2000;

/**
 * Joins a kernel with one that reads its result, where both run over the same shape: one pass
 * instead of two. They may join unless a value travels from the first to the second through
 * something outside both, which would have to run in the middle.
 */
export function mergeKernels(
  order: readonly Node[],
  fusion: Fusion,
  kept: ReadonlySet<Node>,
): Fusion {
  const users = usersOf(order);
  const kernels = new Map(fusion.kernels);
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Node;
    const own = kernels.get(node);
    if (own === undefined) continue;
    for (const user of readers(node, users, fusion)) {
      const other = kernels.get(user) as Kernel;
      if (other === own || !sameShape(other.shape, own.shape)) continue;
      if (!joinable(own, other, users, kernels, fusion)) continue;
      const joined: Kernel = { shape: own.shape, roots: [...own.roots, ...other.roots] };
      for (const root of joined.roots) kernels.set(root, joined);
      break;
    }
  }
  return withoutInner({ kernels, inlined: fusion.inlined }, users, kept);
}

/** Leaves out of memory what only its own kernel reads, now that kernels are joined. */
function withoutInner(
  { kernels, inlined }: Fusion,
  users: ReadonlyMap<Node, Node[]>,
  kept: ReadonlySet<Node>,
): Fusion {
  const inside = new Set(inlined);
  const next = new Map(kernels);
  for (const kernel of new Set(kernels.values())) {
    const readByOthers = (root: Node): boolean => {
      const seen = new Set<Node>();
      const stack = [...(users.get(root) as Node[])];
      for (let user = stack.pop(); user !== undefined; user = stack.pop()) {
        if (seen.has(user)) continue;
        seen.add(user);
        if (inlined.has(user)) stack.push(...(users.get(user) as Node[]));
        else if (kernels.get(user) !== kernel) return true;
      }
      return false;
    };
    const roots = kernel.roots.filter((root) => kept.has(root) || readByOthers(root));
    const smaller: Kernel = { shape: kernel.shape, roots };
    for (const root of kernel.roots) {
      if (roots.includes(root)) next.set(root, smaller);
      else if (next.delete(root)) inside.add(root);
    }
  }
  return { kernels: next, inlined: inside };
}

/** Kept element-wise nodes that a node's value enters directly or through inlined nodes. */
function readers(node: Node, users: ReadonlyMap<Node, Node[]>, fusion: Fusion): Node[] {
  const found = new Set<Node>();
  const stack = [...(users.get(node) as Node[])];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (fusion.kernels.has(next)) found.add(next);
    else if (fusion.inlined.has(next)) stack.push(...(users.get(next) as Node[]));
  }
  return [...found];
}

function joinable(
  first: Kernel,
  second: Kernel,
  users: ReadonlyMap<Node, Node[]>,
  kernels: ReadonlyMap<Node, Kernel>,
  fusion: Fusion,
): boolean {
  const last = Math.max(...second.roots.map((root) => root.id));
  // Nodes on the way from the first kernel; `true` once a step in between is unavoidable.
  const seen = new Map<Node, boolean>(first.roots.map((node) => [node, false]));
  const stack = [...first.roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const kernel = kernels.get(node);
    const before = seen.get(node) as boolean;
    if (kernel === second && before) return false;
    const inside = kernel === first || kernel === second || fusion.inlined.has(node);
    const outside = before || !inside;
    // All of a kernel runs at once, so what any of its results enters comes after.
    const together = inside ? [] : (kernel?.roots ?? []);
    for (const user of [...(users.get(node) as Node[]), ...together]) {
      const known = seen.get(user);
      if (user.id > last || known === true || known === outside) continue;
      if (seen.size > searchLimit) return false;
      seen.set(user, outside);
      stack.push(user);
    }
  }
  return true;
}
