import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { dependents, topological } from "../core/topology.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { broadcastTo, sum } from "./broadcastTo.ts";
import { concat } from "./concat.ts";
import { contractOp } from "./contract.ts";
import { convolutionInputOp, convolutionOp, convolutionWeightOp } from "./convolutionOp.ts";
import { cumsum } from "./cumulative.ts";
import { fill } from "./fill.ts";
import { matmulOp } from "./matmul.ts";
import { doubleOp, singleOp } from "./precision.ts";
import { reshape } from "./reshape.ts";
import { pad, slice } from "./slice.ts";
import { transpose } from "./transpose.ts";
import { foldOp, windowsOp } from "./windowsOp.ts";

let linear: ReadonlySet<Op> | null = null;

/** Returns the ops that are linear in all their inputs together. */
function linearOps(): ReadonlySet<Op> {
  if (linear !== null) return linear;
  // These ops are not exported. So make one node of each and read its op.
  const x = fill([2, 2], 1);
  const made = [
    broadcastTo(x, [2, 2, 2]),
    sum(x, { axis: 0 }),
    concat([x, x], 0),
    cumsum(x),
    reshape(x, [4]),
    slice(x, [[0, 1]]),
    pad(x, [[1, 0]]),
    transpose(x),
  ];
  const others = [
    add.op,
    sub.op,
    neg.op,
    windowsOp,
    foldOp,
    doubleOp,
    singleOp,
  ] as readonly unknown[] as readonly Op[];
  linear = new Set([...made.map(({ op }) => op), ...others]);
  return linear;
}

/** Tells whether an op is linear in all its inputs together, for all attributes. */
export function isLinearOp(op: Op): boolean {
  return linearOps().has(op);
}

/** The ops that are linear in one input while the others do not change. */
const bilinear: ReadonlySet<unknown> = new Set<unknown>([
  mul.op,
  matmulOp,
  contractOp,
  convolutionOp,
  convolutionInputOp,
  convolutionWeightOp,
]);

/** Tells whether an op is linear in each of its two inputs while the other one does not change. */
export function isBilinearOp(op: Op): boolean {
  return bilinear.has(op);
}

/**
 * Tells whether a value is a fixed linear (or affine) map of another value.
 *
 * That holds if every path between them consists of reshapes, sums, products with values that do
 * not depend on x, and similar ops.
 *
 * @param value - The result of the map.
 * @param x - The value that is mapped.
 * @param allowed - Tells which nodes that do not depend on x may take part in the map; all by
 *   default.
 * @returns Whether the map is linear or affine. It is false if the value does not depend on x.
 * @nothrow
 * @category Graph: own ops
 */
export function isLinearIn(
  value: Node,
  x: Node,
  allowed: (node: Node) => boolean = () => true,
): boolean {
  if (value === x) return true;
  const order = topological([value]);
  const moved = dependents(order, [x]);
  if (!moved.has(value)) return false;
  return order.every((node) => {
    if (node === x) return true;
    if (!moved.has(node)) return true;
    const inside = node.inputs.map((input) => moved.has(input));
    const fixed = node.inputs.filter((_, at) => !inside[at]);
    if (!fixed.every(allowed)) return false;
    const count = inside.filter((one) => one).length;
    if (bilinear.has(node.op)) return count === 1;
    if (node.op === (div.op as Op)) return count === 1 && inside[0] === true;
    return linearOps().has(node.op);
  });
}
