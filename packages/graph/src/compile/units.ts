import type { Node } from "../core/node.ts";
import type { Fusion, Kernel } from "./fuse.ts";

/** What is lowered at once: a kernel, or one node of any other op. */
export interface Unit {
  readonly kernel: Kernel | null;
  /** The nodes that exist after it ran. */
  readonly nodes: readonly Node[];
  /** The nodes that must exist before it runs. */
  readonly needs: readonly Node[];
}

/** The units in an order in which each comes after the units that it needs. */
export function unitsOf(order: readonly Node[], roots: readonly Node[], fusion: Fusion): Unit[] {
  const unitOf = new Map<Node, Unit>();
  for (const node of order) {
    if (fusion.inlined.has(node) || unitOf.has(node)) continue;
    const kernel = fusion.kernels.get(node) ?? null;
    const product = kernel?.product ?? null;
    const roots = kernel?.roots ?? [node];
    const nodes = product === null || roots.includes(product) ? roots : [product, ...roots];
    const unit = { kernel, nodes, needs: needsOf(nodes, fusion) };
    for (const made of nodes) unitOf.set(made, unit);
  }
  const placed = new Set<Unit>();
  const result: Unit[] = [];
  const stack: { unit: Unit; next: number }[] = [];
  const visit = (node: Node) => {
    const unit = unitOf.get(node) as Unit;
    if (placed.has(unit)) return;
    placed.add(unit);
    stack.push({ unit, next: 0 });
  };
  for (const root of roots) {
    visit(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = top.unit.needs[top.next++];
      if (need !== undefined) {
        visit(need);
      } else {
        result.push(top.unit);
        stack.pop();
      }
    }
  }
  return result;
}

/** The nodes in memory that the given nodes read, directly or through inlined nodes. */
function needsOf(nodes: readonly Node[], fusion: Fusion): Node[] {
  const own = new Set(nodes);
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const stack = nodes.flatMap((node) => node.inputs);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (fusion.inlined.has(next) || own.has(next)) stack.push(...next.inputs);
    else found.add(next);
  }
  return [...found];
}
