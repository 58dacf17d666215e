import {
  compile,
  type Feeds,
  isVariable,
  type Node,
  rngState,
  topological,
  type Update,
} from "@metrigrad/graph";
import type { Store, Tensor } from "@metrigrad/tensor";
import { drawsRandom } from "./randomState.ts";

/** The first value that is not finite, and the result that depends on it. */
export interface FailingNode {
  readonly node: Node;
  /** The value: NaN, Infinity or −Infinity. */
  readonly value: number;
  /** "the loss", or "the update of dense0/w". */
  readonly towards: string;
}

/**
 * Runs a step once more, without effect and without fusion, and looks at every value. Returns the first node that is
 * not finite while all its inputs are; null if all values are finite.
 */
export async function findFailingNode(
  store: Store,
  loss: Node,
  updates: readonly Update[],
  feeds: Feeds,
): Promise<FailingNode | null> {
  const roots: readonly (readonly [node: Node, name: string])[] = [
    [loss, "the loss"],
    ...updates.map(([{ attrs }, value]) => {
      return [value, `the update of ${store.pathOf(attrs) ?? attrs.role}`] as const;
    }),
  ];
  const nodes = topological(roots.map(([node]) => node)).filter(isInspected);
  // The counter of random draws stays, so that the step can be replayed again.
  const kept: readonly Update[] = drawsRandom(nodes) ? [[rngState, rngState]] : [];
  const program = await compile({ outputs: nodes, updates: kept, unfused: true }, store);
  const bad = new Map<Node, number>();
  try {
    const used = new Set(program.plan.feeds.map(({ name }) => name));
    const own = Object.entries(feeds).filter(([name]) => used.has(name));
    const handles = await program.run(Object.fromEntries(own));
    for (const [index, node] of nodes.entries()) {
      const value = notFinite(await (handles[index] as (typeof handles)[number]).read());
      if (value !== null) bad.set(node, value);
    }
  } finally {
    await program.close();
  }
  const root = roots.find(([node]) => bad.has(node));
  if (root === undefined) return null;
  let [node] = root;
  for (let next: Node | undefined = node; next !== undefined; ) {
    node = next;
    next = node.inputs.find((input) => bad.has(input));
  }
  return { node, value: bad.get(node) as number, towards: root[1] };
}

/** Whether a node is inspected: floats are, except for resident data, which are large and were checked before. */
function isInspected(node: Node): boolean {
  return node.type === "float" && !(isVariable(node) && node.attrs.role === "data");
}

function notFinite(value: Tensor): number | null {
  return value.data().find((element) => !Number.isFinite(element)) ?? null;
}
