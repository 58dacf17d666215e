import { makeNode, type Node } from "../../core/node.ts";
import type { Op } from "../../core/op.ts";
import { affineOp } from "../../ops/affine.ts";
import { affinePatchesOp, type PatchesAttrs } from "../../ops/affinePatches.ts";
import { add } from "../../ops/arithmetic.ts";
import { broadcastTo } from "../../ops/broadcastTo.ts";
import { dynamicSliceOp, dynamicUpdateOp } from "../../ops/dynamicSlice.ts";
import { zerosLike } from "../../ops/fill.ts";
import { gatherOp, scatterAddOp } from "../../ops/gather.ts";
import { isBilinearOp, isLinearOp } from "../../ops/linearIn.ts";
import { matmulOp } from "../../ops/matmul.ts";
import { permuteOp } from "../../ops/permute.ts";
import { reshape } from "../../ops/reshape.ts";
import { type PlaceAttrs, placeOp, slice } from "../../ops/slice.ts";
import { flattened, rowsAt, unflattened } from "./stacks.ts";
import { choicesOf, type InnerStreams, type Term, type TermRule, total } from "./term.ts";

/** Ops that are linear in all of their floats together, for fixed positions. */
const linearByPositions: ReadonlySet<Op> = new Set([
  gatherOp,
  scatterAddOp,
  dynamicSliceOp,
  dynamicUpdateOp,
  permuteOp,
] as readonly unknown[] as readonly Op[]);

/** The rule of an op that is linear in all inputs together, or in each of them. Null for other ops. */
export function multilinearRule(node: Node, moved: (input: Node) => boolean): TermRule | null {
  const { op } = node;
  const fixed = node.inputs.slice(1).every((input) => !moved(input));
  if (op === (affineOp as Op)) return fixed ? affineTerm : null;
  if (op === (affinePatchesOp as unknown as Op)) return fixed ? patchesTerm : null;
  if (op === (matmulOp as Op)) return fixed ? productTerm : bilinearTerm;
  if (isBilinearOp(op)) return bilinearTerm;
  if (op === (placeOp as Op)) return placeTerm;
  return isLinearOp(op) || linearByPositions.has(op) ? linearTerm : null;
}

/** op(ẋ), for an op that is linear in all of its floats together. */
function linearTerm({ node, blocks, lead }: Term): Node | null {
  const [block, second] = blocks as [InnerStreams, InnerStreams?];
  if (second !== undefined) return null;
  const inputs = node.inputs.map((input, at) => {
    const value = block.streams[at] ?? null;
    if (value === null) return input.type === "float" ? zerosLike(input) : input;
    return lead.labels.length === 0 ? value : flattened({ value, labels: block.labels }, lead);
  });
  return applied(node, inputs, block.streams, lead);
}

/** op(ẋ, ẏ) if the blocks are derivatives of different inputs, and op(ẋ, y) for a single block. */
function bilinearTerm({ node, blocks, lead }: Term): Node | null {
  const terms = choicesOf(blocks).map((choice) => {
    if (new Set(choice).size < choice.length) return null;
    const marked = node.inputs.map((_, at) => {
      const block = blocks[choice.indexOf(at)];
      return block !== undefined && block.labels.length > 0 ? block : null;
    });
    const inputs = node.inputs.map((input, at) => {
      const block = blocks[choice.indexOf(at)];
      if (block === undefined) return input;
      const value = block.streams[at] as Node;
      return block.labels.length === 0 ? value : flattened({ value, labels: block.labels }, lead);
    });
    return applied(node, inputs, marked, lead);
  });
  return total(terms, (a, b) => add(a, b));
}

/** The op on inputs. The marked inputs have all leading axes as one axis in front. */
function applied(
  node: Node,
  inputs: readonly Node[],
  marked: readonly (object | null)[],
  lead: Term["lead"],
): Node {
  if (lead.labels.length === 0) return makeNode(node.op, inputs, node.attrs);
  const flags = inputs.map((_, at) => (marked[at] ?? null) !== null);
  const size = inputs[flags.indexOf(true)]?.shape[0] as number;
  return unflattened(node.op.batch(node, inputs, flags, size), lead);
}

/** Puts the derivative among zeros, since the values around it are constants. */
function placeTerm(term: Term): Node | null {
  const node = term.node as Node<PlaceAttrs>;
  return linearTerm({ ...term, node: makeNode(placeOp, node.inputs, { ...node.attrs, value: 0 }) });
}

/** ẊW, where W has no row of the bias. */
function affineTerm(term: Term): Node | null {
  const [x, w] = term.node.inputs as [Node, Node];
  const weights = slice(w, [[0, (w.shape[0] as number) - 1]]);
  return productTerm({ ...term, node: makeNode(matmulOp, [x, weights], null) });
}

/** ẊW. If Ẋ is a stack of unit vectors, the products are rows of W, the same for all samples. */
function productTerm(term: Term): Node | null {
  const { node, x, blocks } = term;
  const [left, w] = node.inputs as [Node, Node];
  const direction = blocks[0]?.derivative[0]?.direction;
  const units = left === x && w.shape.length === 2 ? (direction?.axes ?? null) : null;
  if (units === null || blocks.length > 1) return bilinearTerm(term);
  const rows = reshape(rowsAt(w, units), [units.length, 1, w.shape[1] as number]);
  return broadcastTo(rows, [units.length, ...node.shape]);
}

/** The patches of ẋ times W, where W has no row of the bias. */
function patchesTerm(term: Term): Node | null {
  const node = term.node as Node<PatchesAttrs>;
  const [x, w] = node.inputs as [Node, Node];
  const attrs = { ...node.attrs, bias: false };
  const weights = node.attrs.bias ? slice(w, [[0, (w.shape[0] as number) - 1]]) : w;
  return bilinearTerm({ ...term, node: makeNode(affinePatchesOp, [x, weights], attrs) });
}
