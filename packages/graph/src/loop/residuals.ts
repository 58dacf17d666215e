import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { uniformValue } from "../ops/constant.ts";
import { reshapeOp } from "../ops/reshape.ts";
import { sliceOp } from "../ops/slice.ts";
import { transposeOp } from "../ops/transpose.ts";
import { windowsOp } from "../ops/windowsOp.ts";
import type { LoopBody } from "./body.ts";

// Views of a value in memory cost nothing, so they are made again instead of kept.
const views: ReadonlySet<Op> = new Set([
  reshapeOp,
  sliceOp,
  transposeOp,
  broadcastToOp,
  windowsOp,
] as Op[]);

/** The most element-wise values that are computed again for one wanted value. */
const mostRemade = 24;

/**
 * The values of a loop's body that a pullback needs: those that the loop must keep, and placeholders.
 *
 * Views are made again. So are element-wise values that follow from values that are kept anyway. An example are the gates of an
 * LSTM, which follow from their sums: their derivatives compute them in any case.
 *
 * `roots` are values of a turn of the pullback. `order` has the nodes of the body, inputs before users.
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
    // A further output of a node exists where that node is computed.
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

/** The nodes at which a walk from the roots to their inputs stops. */
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

/** Whether a value is made of kept values, views of them and numbers by few element-wise ops. */
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
