import { sameShape, sizeOf } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { dependents, topological } from "../core/topology.ts";
import { affineOp } from "../ops/affine.ts";
import { add } from "../ops/arithmetic.ts";
import { zerosLike } from "../ops/fill.ts";
import { matmulOp } from "../ops/matmul.ts";
import { reshape, reshapeOp } from "../ops/reshape.ts";
import { addTerms } from "../transform/addTerms.ts";
import { pullback } from "../transform/pullback.ts";
import { substitute } from "../transform/substitute.ts";
import {
  byRole,
  closeLoop,
  type LoopBody,
  type OpenCarry,
  type OpenSlice,
  openedLoop,
  placeFor,
} from "./body.ts";
import { residuals } from "./residuals.ts";
import { type ClosedLoop, type LoopOutputAttrs, lastOf, stacked } from "./results.ts";

/** Cotangents that come back from a loop. */
export interface LoopCotangents {
  /** The cotangent of each input; null if it is zero or not wanted. */
  readonly inputs: readonly (Node | null)[];
  /** The cotangents of values inside of the loop, in all turns. */
  readonly inside: readonly (Node | null)[];
}

/** A product inside of a loop with a matrix from outside. */
interface Product {
  readonly closure: Node;
  readonly node: Node;
}

/**
 * The pullback of a loop. It is a loop over the same turns in reverse order, which carries the cotangents of the carried values.
 *
 * The loop stacks the values of its turns that the pullback needs. Products X_t W with a matrix W from outside are treated
 * apart. The cotangent of W is one product of all X_t with all cotangents, made after the loop. To add up one product per turn
 * would go through all of W in every turn.
 *
 * `outputs` are results of one loop; a cotangent is null if there is none. `wanted` says which inputs' cotangents are wanted.
 * `inside` are results that stand for values inside of the loop: their cotangents come through everything that reads them there.
 */
export function loopPullback(
  outputs: readonly Node<LoopOutputAttrs>[],
  cotangents: readonly (Node | null)[],
  wanted: readonly boolean[],
  inside: readonly Node<LoopOutputAttrs>[],
): LoopCotangents {
  const [first] = [...outputs, ...inside] as [Node<LoopOutputAttrs>];
  const { op, inputs } = first;
  const { body } = first.attrs;
  const forward = { body, inputs };
  const opened = openedLoop(body, inputs);
  const asked = byRole(body, wanted);
  const given = outputs.flatMap((output, at) => {
    const cotangent = cotangents[at] ?? null;
    return cotangent === null ? [] : [{ ...output.attrs, cotangent }];
  });
  // The seeds of a turn: the cotangents of the values that it stacks, and of the values that it carries on.
  const stacks = given.filter(({ kind }) => kind !== "last");
  const slices: OpenSlice[] = stacks.map(({ value, cotangent }) => {
    return { value: placeFor(value), sequence: cotangent };
  });
  const floats = opened.carries.filter(({ value }) => value.type === "float");
  const carried = floats.map(({ value }) => placeFor(value));
  const seeds = [...stacks.map(({ value }) => value), ...floats.map(({ next }) => next)];
  const seedCotangents = [...slices.map(({ value }) => value), ...carried];

  const order = topological([...seeds, ...body.results]);
  const wantedClosures = body.closures.filter((_, at) => asked.closures[at]);
  const products = wantedClosures.flatMap((closure) => productsWith(closure, order, body));
  const multiplied = new Set(products.map(({ closure }) => closure));
  const added = wantedClosures.filter((closure) => !multiplied.has(closure));
  const wantedSlices = body.slices.filter((_, at) => asked.sequences[at]);
  const values = inside.map((node) => node.attrs.value);
  const terms = pullback(seeds, seedCotangents, [
    ...floats.map(({ value }) => value),
    ...added,
    ...wantedSlices,
    ...products.map(({ node }) => node),
    ...values,
  ]);
  const take = (count: number) => terms.splice(0, count);
  const carryTerms = take(floats.length);
  const addedTerms = take(added.length);
  const sliceTerms = take(wantedSlices.length);
  const productTerms = take(products.length);
  const insideTerms = take(values.length);

  const sums = added.map((closure) => placeFor(closure));
  const nexts = [
    ...floats.map(({ value }, at) => carryTerms[at] ?? zerosLike(value)),
    ...sums.map((sum, at) => {
      const term = addedTerms[at] ?? null;
      return term === null ? sum : add(sum, term);
    }),
  ];
  const results = [...sliceTerms, ...productTerms, ...insideTerms];
  const made = results.flatMap((node) => (node === null ? [] : [node]));

  // A value of the forward body becomes a slice of the stack that the forward loop makes.
  const replace = new Map<Node, Node>(opened.closures);
  for (const node of residuals([...nexts, ...made], order, body)) {
    if (replace.has(node)) continue;
    const slice = opened.slices.find(({ value }) => value === node);
    const sequence = slice?.sequence ?? stacked(op, forward, node);
    const value = placeFor(node);
    slices.push({ value, sequence });
    replace.set(node, value);
  }
  const renamed = substitute([...nexts, ...made], replace);
  const lastCotangent = (carry: Node): Node | null => {
    const own = given.filter(({ kind, value }) => kind === "last" && value === carry);
    return addTerms(own.map(({ cotangent }) => cotangent));
  };
  const carries: OpenCarry[] = [
    ...floats.map(({ value, init }, at): OpenCarry => {
      const from = lastCotangent(value) ?? zerosLike(init);
      return { value: carried[at] as Node, next: renamed[at] as Node, init: from };
    }),
    ...added.map((closure, at): OpenCarry => {
      const value = sums[at] as Node;
      return { value, next: renamed[floats.length + at] as Node, init: zerosLike(closure) };
    }),
  ];
  const loop = closeLoop({
    turns: body.turns,
    reverse: !body.reverse,
    carries,
    slices,
    results: renamed.slice(nexts.length),
  });
  let at = 0;
  const stacksOf = (list: readonly (Node | null)[]) =>
    list.map((node) => (node === null ? null : stacked(op, loop, loop.body.results[at++] as Node)));
  const sliceCotangents = stacksOf(sliceTerms);
  const productCotangents = stacksOf(productTerms);
  const insideCotangents = stacksOf(insideTerms);

  const closureCotangent = (closure: Node): Node | null => {
    const index = added.indexOf(closure);
    if (index >= 0)
      return addedTerms[index] === null ? null : lastOf(op, loop, floats.length + index);
    const parts = products.flatMap((product, k) => {
      const cotangent = productCotangents[k] ?? null;
      if (product.closure !== closure || cotangent === null) return [];
      return [weightCotangent(op, product, cotangent, forward, opened.closures)];
    });
    return addTerms(parts);
  };
  return {
    inputs: [
      ...body.closures.map((closure, k) => (asked.closures[k] ? closureCotangent(closure) : null)),
      ...body.carries.map(({ value }, k) => {
        const index = floats.findIndex((one) => one.value === value);
        return asked.inits[k] && index >= 0 ? lastOf(op, loop, index) : null;
      }),
      ...body.slices.map((value) => sliceCotangents[wantedSlices.indexOf(value)] ?? null),
    ],
    inside: insideCotangents,
  };
}

/** The products X_t W of a body with a matrix W from outside. The list is empty if W is also used in another way. */
function productsWith(closure: Node, order: readonly Node[], body: LoopBody): Product[] {
  if (closure.shape.length !== 2) return [];
  const readers = order.filter((node) => node.inputs.includes(closure));
  const varying = dependents(order, [...body.slices, ...body.carries.map(({ value }) => value)]);
  const isProduct = ({ op, inputs: [left, right] }: Node) => {
    const product = op === (matmulOp as Op) || op === (affineOp as Op);
    return product && right === closure && left !== closure && varying.has(left as Node);
  };
  const known = body.results.includes(closure) || body.carries.some(({ next }) => next === closure);
  return known || !readers.every(isProduct) ? [] : readers.map((node) => ({ closure, node }));
}

/** The cotangent of W in Y_t = X_t W, from one product of all turns. */
function weightCotangent(
  op: Op<LoopOutputAttrs>,
  { node, closure }: Product,
  cotangent: Node,
  forward: ClosedLoop,
  closures: ReadonlyMap<Node, Node>,
): Node {
  const [left] = node.inputs as [Node];
  const count = forward.body.turns * sizeOf(left.shape.slice(0, -1));
  const rows = reshape(valuesOf(op, left, forward), [count, left.shape.at(-1) as number]);
  const w = closures.get(closure) as Node;
  const all = makeNode(node.op, [rows, w], node.attrs);
  const [, part] = all.op.vjp(all, reshape(cotangent, all.shape), [false, true]);
  return part as Node;
}

/** The values of a node of the body in all turns, [turns, …]. */
export function valuesOf(op: Op<LoopOutputAttrs>, node: Node, loop: ClosedLoop): Node {
  const { body, inputs } = loop;
  const slice = body.slices.indexOf(node);
  if (slice >= 0) return byRole(body, inputs).sequences[slice] as Node;
  if (node.op === (reshapeOp as Op)) {
    const inner = valuesOf(op, node.inputs[0] as Node, loop);
    const whole = [body.turns, ...node.shape];
    return sameShape(inner.shape, whole) ? inner : reshape(inner, whole);
  }
  return stacked(op, loop, node);
}
