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

/** Ops that are linear in all of their inputs together. */
function linearOps(): ReadonlySet<Op> {
  if (linear !== null) return linear;
  // One node of each, whose op is not exported otherwise.
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

/** Whether an op is linear in all of its inputs together, for any attributes. */
export function isLinearOp(op: Op): boolean {
  return linearOps().has(op);
}

/** Ops that are linear in one input while the others do not change. */
const bilinear: ReadonlySet<unknown> = new Set<unknown>([
  mul.op,
  matmulOp,
  contractOp,
  convolutionOp,
  convolutionInputOp,
  convolutionWeightOp,
]);

/** Whether an op is linear in each of its two inputs while the other one does not change. */
export function isBilinearOp(op: Op): boolean {
  return bilinear.has(op);
}

/**
 * Whether a value is a fixed linear (or affine) map of another one: every way between them is by
 * reshapes, sums, products with values that do not depend on it, and the like. `allowed` says which
 * nodes may take part in the map.
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
