import { type FloatType, sameShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { reshapeOp } from "../ops/reshape.ts";
import { sliceOp } from "../ops/slice.ts";
import { transposeOp } from "../ops/transpose.ts";
import type { SingleFusion } from "./fuse.ts";
import { type Effort, type Group, join } from "./groups.ts";

/**
 * What restricts the joining of products and loops.
 *
 * A loop and its product must have the same float type. A loop that updates a value must still be able to do so in place.
 */
export interface Bounds {
  readonly floatOf: (node: Node) => FloatType;
  /** For the next value of a variable, or of a carried value: the old value, in whose place it is written. */
  readonly olds: ReadonlyMap<Node, Node>;
}

/** Ops whose result is a window on their input. */
const windows = new Set<unknown>([transposeOp, reshapeOp, sliceOp] satisfies readonly Op<never>[]);

/**
 * Joins products with the loops that read them, so that the loop becomes the product's epilogue.
 *
 * The loop must run over the product's shape, with its float type. Nothing that the loop reads may need the product. Each loop
 * takes one product at most, and each product goes to the nearest loop that can take it.
 */
export function finishProducts(
  order: readonly Node[],
  groups: Map<Node, Group>,
  fusion: SingleFusion,
  kept: ReadonlySet<Node>,
  bounds: Bounds,
  newEffort: () => Effort,
): void {
  const { kernels } = fusion;
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Node;
    if (node.op.finishes?.(node) !== true) continue;
    const group = groups.get(node) as Group;
    const effort = newEffort();
    const readers = [...group.after].sort((a, b) => a.place - b.place);
    const loop = readers.find((reader) => {
      const [last] = reader.nodes as [Node];
      const takes = reader.nodes.every((one) => kernels.has(one));
      if (!takes || !sameShape(last.shape, node.shape)) return false;
      const shared = kept.has(node) || group.after.size > 1;
      return (
        sameFloats(node, reader.nodes, fusion, bounds) &&
        keepsPlaces(node, reader.nodes, shared, bounds) &&
        join(group, reader, effort)
      );
    });
    if (loop !== undefined) groups.set(node, loop);
  }
}

/** Whether all floats that a loop reads and computes have the product's type. */
function sameFloats(
  product: Node,
  nodes: readonly Node[],
  { inlined }: SingleFusion,
  { floatOf }: Bounds,
): boolean {
  const type = floatOf(product);
  const own = new Set(nodes);
  const seen = new Set<Node>(nodes);
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === "float" && floatOf(node) !== type) return false;
    if (!own.has(node) && !inlined.has(node)) continue;
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      stack.push(input);
    }
  }
  return true;
}

/**
 * Whether a loop can still write in place what it updates.
 *
 * The step of such a loop moves behind all steps that read an old value. That is impossible if these steps read the product. And
 * the product itself must not read the old value.
 */
function keepsPlaces(
  product: Node,
  nodes: readonly Node[],
  shared: boolean,
  { olds }: Bounds,
): boolean {
  const replaced = nodes.flatMap((node) => olds.get(node) ?? []);
  if (replaced.length === 0) return true;
  const operands = product.inputs.map(source);
  return !shared && !replaced.some((old) => operands.some((operand) => isSame(operand, old)));
}

/** What a window shows. */
function source(node: Node): Node {
  let inner = node;
  while (windows.has(inner.op)) inner = inner.inputs[0] as Node;
  return inner;
}

/** Whether two leaves are the same. Simplification may have made another node of a leaf. */
function isSame(a: Node, b: Node): boolean {
  return a === b || (a.op === b.op && a.attrs !== null && a.attrs === b.attrs);
}
