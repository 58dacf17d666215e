import { type Node, variesOverRanks } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import { wideNodes } from "./wide.ts";
import { loopOf, workOf } from "./work.ts";

/** A part of a step that is the same on all ranks and takes much work for the size of its results, such as the solve of a block. */
export interface Region {
  /** Its nodes, inputs before users. */
  readonly nodes: readonly Node[];
  /** The nodes that others read. */
  readonly results: readonly Node[];
  /** Multiply-adds. */
  readonly work: number;
}

/** Values of so few elements do not join regions. So a length or a factor of the whole step does not make one region of all blocks. */
const few = 64;

/**
 * Finds the regions of a graph: nodes with much work, and all nodes on the ways between them.
 *
 * A way ends at values that are asked for in any case, and at values of few elements. `order` has inputs before users.
 */
export function regionsOf(roots: readonly Node[], order: readonly Node[]): readonly Region[] {
  const asked = new Set(roots);
  const users = usersOf(order);
  const alike = new Set(order.filter((node) => node.inputs.length > 0 && !variesOverRanks(node)));
  // With fewer a node is only a pass over its elements.
  const heavy = (node: Node) => alike.has(node) && workOf(node) > sizeOf(node.shape);
  const works = new Map(order.filter(heavy).map((node) => [node, workOf(node)] as const));
  const ends = (node: Node) => asked.has(node) || sizeOf(node.shape) <= few;

  // The region of a node with work is known by one of its nodes.
  const joins = new Joins();
  const above = new Map<Node, readonly Node[]>();
  const loops = new Map<string, Node>();
  for (const node of order) {
    if (!alike.has(node)) continue;
    const found = [...new Set(node.inputs.flatMap((input) => above.get(input) ?? []))];
    if (!works.has(node)) {
      above.set(node, ends(node) ? [] : [...new Set(found.map((one) => joins.of(one)))]);
      continue;
    }
    const loop = loopOf(node);
    const same = loop === null ? undefined : loops.get(loop);
    if (loop !== null && same === undefined) loops.set(loop, node);
    for (const one of same === undefined ? found : [...found, same]) joins.join(node, one);
    above.set(node, asked.has(node) ? [] : [node]);
  }

  const wide = wideNodes(order);
  const leads = leadsToWork(order, users, works, ends);
  const regionOf = new Map<Node, Node>();
  const members = new Map<Node, Node[]>();
  for (const node of order) {
    const [first] = above.get(node) ?? [];
    const claimed = node.op.claims?.(node).node;
    const within = works.has(node) ? node : leads.has(node) ? first : undefined;
    const region = within === undefined ? claimed && regionOf.get(claimed) : joins.of(within);
    if (region === undefined) continue;
    regionOf.set(node, region);
    members.set(region, [...(members.get(region) ?? []), node]);
  }
  return [...members.values()].flatMap((nodes) => {
    const own = withFloats(nodes, users, asked, wide);
    return own === null ? [] : [{ ...own, work: totalOf(nodes, works) }];
  });
}

/** The nodes of each node's users. */
function usersOf(order: readonly Node[]): ReadonlyMap<Node, readonly Node[]> {
  const users = new Map<Node, Node[]>();
  for (const node of order) {
    for (const input of new Set(node.inputs)) {
      const known = users.get(input);
      if (known === undefined) users.set(input, [node]);
      else known.push(node);
    }
  }
  return users;
}

/** The nodes from which a way leads to a node with work. */
function leadsToWork(
  order: readonly Node[],
  users: ReadonlyMap<Node, readonly Node[]>,
  works: ReadonlyMap<Node, number>,
  ends: (node: Node) => boolean,
): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of [...order].reverse()) {
    const leads = (user: Node) => works.has(user) || (found.has(user) && !ends(user));
    if ((users.get(node) ?? []).some(leads)) found.add(node);
  }
  return found;
}

/** Takes in the users of results that are no floats of the store, such as those of 64 bits. Null if ranks could not exchange one. */
function withFloats(
  nodes: readonly Node[],
  users: ReadonlyMap<Node, readonly Node[]>,
  asked: ReadonlySet<Node>,
  wide: ReadonlySet<Node>,
): Pick<Region, "nodes" | "results"> | null {
  const own = new Set(nodes);
  for (;;) {
    const outside = (node: Node) => (users.get(node) ?? []).filter((user) => !own.has(user));
    const results = [...own].filter((node) => asked.has(node) || outside(node).length > 0);
    const others = results.filter((node) => node.type !== "float" || wide.has(node));
    if (others.length === 0) {
      return results.some(({ shape }) => sizeOf(shape) === 0) ? null : { nodes: [...own], results };
    }
    const taken = others.flatMap(outside);
    if (others.some((node) => asked.has(node)) || taken.some(variesOverRanks)) return null;
    for (const user of taken) own.add(user);
  }
}

/** The work of nodes. Results of one loop count once. */
function totalOf(nodes: readonly Node[], works: ReadonlyMap<Node, number>): number {
  const seen = new Set<string>();
  let work = 0;
  for (const node of nodes) {
    const loop = loopOf(node);
    if (loop !== null && seen.has(loop)) continue;
    if (loop !== null) seen.add(loop);
    work += works.get(node) ?? 0;
  }
  return work;
}

/** Sets of nodes that grow together, each known by one of its nodes. */
class Joins {
  readonly #next = new Map<Node, Node>();

  of(node: Node): Node {
    let first = node;
    for (let next = this.#next.get(first); next !== undefined; next = this.#next.get(first)) {
      first = next;
    }
    return first;
  }

  join(a: Node, b: Node): void {
    const [first, second] = [this.of(a), this.of(b)];
    if (first !== second) this.#next.set(first, second);
  }
}
