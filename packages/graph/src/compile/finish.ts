import { type FloatType, sameShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { reshapeOp } from "../ops/reshape.ts";
import { sliceOp } from "../ops/slice.ts";
import { transposeOp } from "../ops/transpose.ts";
import type { SingleFusion } from "./fuse.ts";
import { type Effort, type Group, join } from "./groups.ts";

/** What loops may not do with a product: compute in other floats, and lose the place of what they update. */
export interface Bounds {
  readonly floatOf: (node: Node) => FloatType;
  /** For the next value of a variable, or of what a loop carries, the old one, in whose place it is written. */
  readonly olds: ReadonlyMap<Node, Node>;
}

/** Ops that are windows on their input. */
const windows = new Set<unknown>([transposeOp, reshapeOp, sliceOp] satisfies readonly Op<never>[]);

/**
 * Takes products into the groups of the loops that read them, where the loop can be the product's epilogue: it runs over
 * the product's shape and floats, and nothing that it reads needs the product. Each loop takes one, and each product
 * goes to the nearest that can.
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

/** Whether loops that leave some nodes in memory have floats of a product's type only. */
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
 * Whether what a loop updates can still be written in place: the step is moved behind all others that read an old value,
 * which it cannot be if they read the product; and the product must not read the old value itself.
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

/** Whether two leaves are one: simplification may have made another node of it. */
function isSame(a: Node, b: Node): boolean {
  return a === b || (a.op === b.op && a.attrs !== null && a.attrs === b.attrs);
}
