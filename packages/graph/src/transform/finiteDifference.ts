import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";
import { add, div, mul, sub } from "../ops/arithmetic.ts";
import { zerosLike } from "../ops/fill.ts";
import { isBilinearOp, isLinearOp } from "../ops/linearIn.ts";
import { where } from "../ops/logic.ts";
import { square } from "../ops/transcendental.ts";
import { substitute } from "./substitute.ts";

/**
 * f(x′) − f(x) of every output, of its shape, where some nodes x are replaced by others x′. Differences are taken as near
 * to x as they can be: what does not depend on x drops out, sums and other linear maps are of differences, and squares are
 * Δ(x²) = (2x + Δx)Δx. So a small change keeps its digits where f is large beside it, as a sum is beside a change of one of
 * its terms, or a log-density with its constants.
 *
 * @param outputs - Float nodes.
 * @param replace - Float nodes and what takes their place, of the same shapes.
 * @returns One node for each output.
 */
export function finiteDifference(
  outputs: readonly Node[],
  replace: ReadonlyMap<Node, Node>,
): Node[] {
  const order = topological(outputs);
  const moved = dependents(order, replace.keys());
  const passed = new Map<Node, Pass>();
  const wanted = new Set<Node>(outputs);
  for (const node of order.toReversed()) {
    if (!wanted.has(node) || !moved.has(node) || replace.has(node)) continue;
    const inside = node.inputs.map((input) => moved.has(input));
    const pass = passOf(node, inside);
    if (pass === null) continue;
    passed.set(node, pass);
    node.inputs.forEach((input, at) => {
      if (inside[at]) wanted.add(input);
    });
  }
  const ends = order.filter((node) => wanted.has(node) && moved.has(node) && !passed.has(node));
  const after = substitute(ends, replace);
  const changes = new Map<Node, Node>(
    ends.map((node, at) => [node, withOrigin(node, () => sub(after[at] as Node, node))]),
  );
  for (const node of order) {
    const pass = passed.get(node);
    if (pass === undefined) continue;
    const own = node.inputs.map((input) => changes.get(input) ?? null);
    changes.set(
      node,
      withOrigin(node, () => pass(node, own)),
    );
  }
  return outputs.map((output) => changes.get(output) ?? zerosLike(output));
}

/** The change of a node, given those of its inputs; null: one that does not change. */
type Pass = (node: Node, changes: readonly (Node | null)[]) => Node;

/** The same op of changes, and 0 for what does not change. */
const ofChanges: Pass = ({ op, inputs, attrs }, changes) =>
  makeNode(
    op,
    inputs.map((input, at) => changes[at] ?? zerosLike(input)),
    attrs,
  );

/** The same op of what does not change and the change of the rest. */
const besides: Pass = ({ op, inputs, attrs }, changes) =>
  makeNode(
    op,
    inputs.map((input, at) => changes[at] ?? input),
    attrs,
  );

/** Δ(x²) = (2x + Δx)Δx. */
const ofSquare: Pass = ({ inputs: [x] }, [change]) =>
  mul(add(mul(x as Node, 2), change as Node), change as Node);

/** Δ(xy) = xΔy + (y + Δy)Δx. */
const ofProduct: Pass = ({ inputs: [x, y] }, [byX, byY]) =>
  add(mul(x as Node, byY as Node), mul(add(y as Node, byY as Node), byX as Node));

/** A choice between changes. */
const ofChoice: Pass = ({ op, inputs: [condition, ...values], attrs }, [, ...changes]) =>
  makeNode(
    op,
    [condition as Node, ...values.map((value, at) => changes[at] ?? zerosLike(value))],
    attrs,
  );

/** How changes pass through a node of which some inputs change; null: values before and after are subtracted. */
function passOf({ op, type }: Node, moved: readonly boolean[]): Pass | null {
  if (type !== "float") return null;
  const is = (other: object) => op === (other as Op);
  const both = moved.every((one) => one);
  if (isLinearOp(op)) return ofChanges;
  if (is(square.op)) return ofSquare;
  if (is(mul.op) && both) return ofProduct;
  if (isBilinearOp(op)) return both ? null : besides;
  if (is(div.op)) return moved[1] ? null : besides;
  return is(where.op) && !moved[0] ? ofChoice : null;
}
