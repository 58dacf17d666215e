import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { uniformValue } from "../ops/constant.ts";
import { reshapeOp } from "../ops/reshape.ts";
import { sliceOp } from "../ops/slice.ts";
import { transposeOp } from "../ops/transpose.ts";
import { windowsOp } from "../ops/windowsOp.ts";
import type { LoopBody } from "./body.ts";

// What is a view of a value in memory is made again instead of kept.
const views: ReadonlySet<Op> = new Set([
  reshapeOp,
  sliceOp,
  transposeOp,
  broadcastToOp,
  windowsOp,
] as Op[]);

/** So many element-wise values are made again for one that is wanted, at most. */
const mostRemade = 24;

/**
 * What a pullback needs of the turns of the loop before it: the values of a body that are kept for it, and placeholders.
 * Views are made again, and so are element-wise values that follow from what is kept anyway: the gates of an LSTM from
 * their sums, whose derivatives compute them in any case.
 * @param roots values of the pullback's turn
 * @param order the nodes of the body, inputs before users
 * @param body the body
 * @returns nodes of the body
 */
export function residuals(
  roots: readonly Node[],
  order: readonly Node[],
  body: LoopBody,
): ReadonlySet<Node> {
  const given = new Set<Node>([...body.closures, ...body.slices]);
  const places = new Set<Node>([...given, ...body.carries.map(({ value }) => value)]);
  const own = new Set<Node>([...order, ...places]);
  const isKept = (node: Node) => {
    // A further output of a node of the body is there where that node is computed.
    const source = node.op.claims?.(node).node ?? node;
    return own.has(source) && uniformValue(node) === null;
  };
  const wanted = reached(
    roots,
    (node) => isKept(node) && (places.has(node) || !views.has(node.op)),
  );
  const alone = [...wanted].filter((node) => places.has(node) || !own.has(node));
  const kept = new Set([...given, ...alone]);
  for (const node of order) {
    if (!wanted.has(node) || kept.has(node)) continue;
    if (node.op.expr === undefined || !follows(node, kept)) kept.add(node);
  }
  return reached(roots, (node) => kept.has(node));
}

/** The nodes at which a walk down from the roots stops. */
function reached(roots: readonly Node[], stops: (node: Node) => boolean): Set<Node> {
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [...roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (stops(node)) found.add(node);
    else stack.push(...node.inputs);
  }
  return found;
}

/** Whether a value is element-wise of kept ones, views of them and numbers. */
function follows(node: Node, kept: ReadonlySet<Node>): boolean {
  const seen = new Set<Node>();
  const stack = [...node.inputs];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next) || kept.has(next) || uniformValue(next) !== null) continue;
    seen.add(next);
    const light = next.op.expr !== undefined || views.has(next.op);
    if (!light || seen.size > mostRemade) return false;
    stack.push(...next.inputs);
  }
  return true;
}
