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

/** Terms beyond which no best order is looked for: the first ones are multiplied in order. */
const mostTerms = 8;

/** The diagonal over axes with one index; the axis comes last. */
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

/** Sums over axes whose index nobody else has. */
function summed({ node, indices }: Term, kept: ReadonlySet<string>): Term {
  const axis = indices.flatMap((one, at) => (kept.has(one) ? [] : [at]));
  if (axis.length === 0) return { node, indices };
  return { node: sum(node, { axis }), indices: indices.filter((one) => kept.has(one)) };
}

/** A term with its axes in an order; axes that it lacks have size 1. */
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

/** The product of two terms, summed over indices that are in both and not kept. */
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

/** In which order terms are multiplied: one of them, or two trees. */
type Tree = number | readonly [Tree, Tree];

/**
 * The order with the fewest multiplications, of all orders: the cost of a product is the product of the sizes of
 * all indices in it.
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
    // Every split once: the first part has the lowest member.
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
 * Sums of products by indices (Einstein's convention): axes with one letter have one size, and letters that the result
 * lacks are summed over. A letter twice in one operand is its diagonal; without "->" the result has the letters that stand once, in
 * the order of the alphabet; "..." stands for further axes, which broadcast. Several operands are multiplied two at a
 * time, in the order that takes the fewest multiplications.
 * @param spec for example "ij,jk->ik", "bii->b", "...ij,...j"
 * @param operands float values, one for each part of the text
 * @returns the axes after "->"
 * @throws ShapeError where text and shapes do not fit
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
    // An axis of size 1 without a letter repeats where others are longer.
    const own = indices.filter((one, axis) => node.shape[axis] === sizes.get(one));
    const shape = node.shape.filter((n, axis) => n === sizes.get(indices[axis] as string));
    return summed(withoutRepeats({ node: reshape(node, shape), indices: own }), shared);
  });
  /** What is still needed beside some terms. */
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
