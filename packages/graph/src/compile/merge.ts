import { sameShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { type Bounds, finishProducts } from "./finish.ts";
import { type Fusion, type Kernel, largestLoop, type SingleFusion, usersOf } from "./fuse.ts";
import { connect, type Group, groupOf, join } from "./groups.ts";

/** The most groups that a search for one node may visit. If it needs more, the node's loop stays as it is. */
const searchLimit = 2000;

/**
 * Joins a kernel with a kernel that reads its result, if both run over the same shape. Then one pass replaces two.
 *
 * After that it joins products with kernels that can be their epilogue. Two groups cannot be joined if a value goes from the
 * first to the second through a third group, which would have to run in the middle.
 */
export function mergeKernels(
  order: readonly Node[],
  fusion: SingleFusion,
  kept: ReadonlySet<Node>,
  bounds: Bounds,
): Fusion {
  const { kernels, inlined, owners } = fusion;
  const groups = groupsOf(order, fusion);
  const sizes = new Map(fusion.sizes);
  const sizeOf = (node: Node) => sizes.get(node) as number;
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Node;
    if (!kernels.has(node)) continue;
    const group = groups.get(node) as Group;
    const effort = { left: searchLimit };
    // The nearest reader comes first, since the fewest groups are in between.
    const readers = [...group.after].sort((a, b) => a.place - b.place);
    const joined = readers.find((reader) => {
      const [last] = reader.nodes as [Node];
      if (!kernels.has(last) || !sameShape(last.shape, node.shape)) return false;
      const size = sizeOf(last) + sizeOf(node);
      if (size > largestLoop || !join(group, reader, effort)) return false;
      sizes.set(last, size);
      return true;
    });
    if (joined !== undefined) groups.set(node, joined);
  }
  finishProducts(order, groups, fusion, kept, bounds, () => ({ left: searchLimit }));
  const users = usersOf(order);
  const readOutside = (node: Node) => {
    const readers = (users.get(node) as Node[]).flatMap((user) => [
      ...(owners.get(user) ?? [user]),
    ]);
    return readers.some((reader) => groups.get(reader) !== groups.get(node));
  };
  const next = new Map<Node, Kernel>();
  const inside = new Set(inlined);
  for (const { nodes } of new Set(groups.values())) {
    const [last] = nodes as [Node];
    if (!kernels.has(last)) continue;
    // A value that only its own, now joined kernel reads need not be in memory.
    const roots = nodes.filter((node) => kept.has(node) || readOutside(node)).reverse();
    const product = nodes.find((node) => !kernels.has(node)) ?? null;
    const kernel: Kernel = { shape: last.shape, roots, product };
    for (const root of roots) next.set(root, kernel);
    if (product !== null) next.set(product, kernel);
    for (const node of nodes) if (!next.has(node)) inside.add(node);
  }
  return { kernels: next, inlined: inside };
}

/** The group of every node in memory, with its connections. */
function groupsOf(order: readonly Node[], { inlined, owners }: SingleFusion): Map<Node, Group> {
  const groups = new Map<Node, Group>();
  order.forEach((node, place) => {
    if (!inlined.has(node)) groups.set(node, groupOf(node, place));
  });
  for (const node of order) {
    for (const input of node.inputs) {
      const group = groups.get(input);
      if (group === undefined) continue;
      for (const owner of owners.get(node) ?? [node]) connect(group, groups.get(owner) as Group);
    }
  }
  return groups;
}
