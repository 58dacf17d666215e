import { asNodes, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { contract } from "./contract.ts";
import { diagonal } from "./diagonal.ts";
import { einsumSpec, refuseEinsum } from "./einsumSpec.ts";
import { moveAxis } from "./moveAxis.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** A value with an index for each axis. */
interface Term {
  readonly node: Node;
  readonly indices: readonly string[];
}

/**
 * The largest number of terms for which the best order is computed. If there are more terms, the
 * first ones are multiplied in their order.
 */
const mostTerms = 8;

/** Takes the diagonal over axes with the same index. Its axis comes last. */
function withoutRepeats({ node, indices }: Term): Term {
  const first = indices.findIndex((one, axis) => indices.indexOf(one, axis + 1) >= 0);
  if (first < 0) return { node, indices };
  const one = indices[first] as string;
  const second = indices.indexOf(one, first + 1);
  const last = node.shape.length - 1;
  const moved = moveAxis(moveAxis(node, second, last), first, last);
  const rest = indices.filter((_, axis) => axis !== first && axis !== second);
  return withoutRepeats({ node: diagonal(moved), indices: [...rest, one] });
}

/** Sums over the axes whose index is not in `kept`. */
function summed({ node, indices }: Term, kept: ReadonlySet<string>): Term {
  const axis = indices.flatMap((one, at) => (kept.has(one) ? [] : [at]));
  if (axis.length === 0) return { node, indices };
  return { node: sum(node, { axis }), indices: indices.filter((one) => kept.has(one)) };
}

/** Brings the axes of a term into an order. Axes that it does not have get size 1. */
function ordered({ node, indices }: Term, wanted: readonly string[]): Node {
  const own = wanted.filter((one) => indices.includes(one));
  const moved = transpose(
    node,
    own.map((one) => indices.indexOf(one)),
  );
  let next = 0;
  return reshape(
    moved,
    wanted.map((one) => (indices.includes(one) ? (moved.shape[next++] as number) : 1)),
  );
}

/** Multiplies two terms and sums over the indices that are not kept. */
function product(
  a: Term,
  b: Term,
  kept: ReadonlySet<string>,
  order: readonly string[] | null,
): Term {
  const all = [...new Set([...a.indices, ...b.indices])];
  const indices = order ?? all.filter((one) => kept.has(one));
  const inner = all.filter((one) => !indices.includes(one));
  if (inner.length === 0) return { node: mul(ordered(a, indices), ordered(b, indices)), indices };
  const number = (list: readonly string[]) => list.map((one) => all.indexOf(one));
  const numbers = { a: number(a.indices), b: number(b.indices), out: number(indices) };
  return { node: contract(a.node, b.node, numbers), indices };
}

/** The order in which terms are multiplied: one term, or two trees. */
type Tree = number | readonly [Tree, Tree];

/**
 * Finds, among all orders, the order with the fewest multiplications. The cost of a product is the
 * product of the sizes of all its indices.
 */
function bestTree(
  terms: readonly Term[],
  sizes: ReadonlyMap<string, number>,
  out: readonly string[],
): Tree {
  const all = 2 ** terms.length - 1;
  const inSet = (set: number) =>
    terms.filter((_, k) => (set >> k) & 1).flatMap(({ indices }) => indices);
  const kept = new Map<number, ReadonlySet<string>>();
  const keptBy = (set: number): ReadonlySet<string> => {
    const known = kept.get(set);
    if (known !== undefined) return known;
    const outside = new Set([...out, ...inSet(all & ~set)]);
    const made = new Set(inSet(set).filter((one) => outside.has(one)));
    kept.set(set, made);
    return made;
  };
  const best = new Map<number, { readonly cost: number; readonly tree: Tree }>();
  terms.forEach((_, k) => {
    best.set(2 ** k, { cost: 0, tree: k });
  });
  for (let set = 1; set <= all; set++) {
    if (best.has(set)) continue;
    // Visit every split once: the first part has the lowest member.
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
      if ((part & set & -set) === 0) continue;
      const [left, right] = [best.get(part), best.get(set & ~part)];
      if (left === undefined || right === undefined) continue;
      const indices = new Set([...keptBy(part), ...keptBy(set & ~part)]);
      const own = [...indices].reduce((cost, one) => cost * (sizes.get(one) as number), 1);
      const cost = left.cost + right.cost + own;
      if (cost < (best.get(set)?.cost ?? Number.POSITIVE_INFINITY)) {
        best.set(set, { cost, tree: [left.tree, right.tree] });
      }
    }
  }
  return best.get(all)?.tree ?? 0;
}

/**
 * Sums products of values over indices (Einstein's convention).
 *
 * The text names each axis with a letter. Axes with the same letter have the same size, and letters
 * that the result lacks are summed over. A letter that stands twice in one operand takes its
 * diagonal. Without "->", the result has the letters that stand once, in alphabetical order. "..."
 * stands for further axes, which broadcast. Several operands are multiplied two at a time, in the
 * order that needs the fewest multiplications.
 *
 * @param spec - The text, such as "ij,jk->ik", "bii->b" or "...ij,...j".
 * @param operands - The values, float, one for each part of the text.
 * @returns The result, with the axes after "->".
 * @throws {@link ShapeError} if the text cannot be read, or if it does not fit the operands.
 * @category Ops: linear algebra
 */
export function einsum(spec: string, ...operands: readonly NodeLike[]): Node {
  const nodes = asNodes(operands);
  const { operands: letters, out } = einsumSpec(spec, nodes);
  const sizes = new Map<string, number>();
  nodes.forEach(({ shape }, k) => {
    letters[k]?.forEach((one, axis) => {
      const [n, known = 1] = [shape[axis] as number, sizes.get(one)];
      const fits = sizes.get(one) === undefined || n === known;
      const repeats = one.startsWith(".") && (n === 1 || known === 1);
      if (!fits && !repeats) refuseEinsum(spec, nodes, `axes of "${one}" must have one size`);
      sizes.set(one, n === 1 ? known : n);
    });
  });
  const counts = new Map<string, number>();
  letters.forEach((list, k) => {
    const own = list.filter((one, axis) => nodes[k]?.shape[axis] === sizes.get(one));
    for (const one of new Set(own)) counts.set(one, (counts.get(one) ?? 0) + 1);
  });
  const shared = new Set([...out, ...[...counts].flatMap(([one, n]) => (n > 1 ? [one] : []))]);
  const terms = nodes.map((node, k): Term => {
    const indices = letters[k] as readonly string[];
    // An axis of size 1 without a letter repeats where the axis of another operand is longer.
    const own = indices.filter((one, axis) => node.shape[axis] === sizes.get(one));
    const shape = node.shape.filter((n, axis) => n === sizes.get(indices[axis] as string));
    return summed(withoutRepeats({ node: reshape(node, shape), indices: own }), shared);
  });
  /** Returns the indices that the result or some other terms need. */
  const keptBeside = (others: readonly Term[]) =>
    new Set([...out, ...others.flatMap(({ indices }) => indices)]);
  while (terms.length > mostTerms) {
    const [first, second, ...rest] = terms as [Term, Term, ...Term[]];
    terms.splice(0, 2, product(first, second, keptBeside(rest), null));
  }
  const multiply = (tree: Tree, others: readonly Term[], whole: boolean): Term => {
    if (typeof tree === "number") return terms[tree] as Term;
    const within = (one: Tree): Term[] =>
      typeof one === "number" ? [terms[one] as Term] : one.flatMap(within);
    const [left, right] = tree;
    const a = multiply(left, [...others, ...within(right)], false);
    const b = multiply(right, [...others, ...within(left)], false);
    return product(a, b, keptBeside(others), whole ? out : null);
  };
  const result = multiply(bestTree(terms, sizes, out), [], true);
  return ordered(result, out);
}
