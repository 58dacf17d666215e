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
 * Returns the change f(x′) − f(x) of every output when some nodes x are replaced by other nodes x′.
 *
 * The difference is taken as early in the graph as possible, so a small change keeps its digits even if f is large. What does
 * not depend on x drops out. Sums and other linear maps act on the differences. Squares use Δ(x²) = (2x + Δx)Δx.
 *
 * An example is the change of one term in a long sum, or of a log-density with large constants.
 *
 * @param outputs - Float nodes.
 * @param replace - For each float node x its replacement x′, of the same shape.
 * @returns One node for each output, of its shape.
 * @throws {@link ShapeError} if an op refuses the shape or type of a replacement.
 * @category Graph: derivatives
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

/** The change of a node, given the changes of its inputs. Null means that an input does not change. */
type Pass = (node: Node, changes: readonly (Node | null)[]) => Node;

/** The same op of the changes, with 0 for inputs that do not change. */
const ofChanges: Pass = ({ op, inputs, attrs }, changes) =>
  makeNode(
    op,
    inputs.map((input, at) => changes[at] ?? zerosLike(input)),
    attrs,
  );

/** The same op of the inputs that do not change and of the change of the other input. */
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

/** The same choice, between the changes. */
const ofChoice: Pass = ({ op, inputs: [condition, ...values], attrs }, [, ...changes]) =>
  makeNode(
    op,
    [condition as Node, ...values.map((value, at) => changes[at] ?? zerosLike(value))],
    attrs,
  );

/** How changes pass through a node some of whose inputs change. Null: the value before is subtracted from the value after. */
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
