import { makeNode, type Node } from "../core/node.ts";
import { dependents, topological } from "../core/topology.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { moveAxis } from "../ops/moveAxis.ts";
import { batched } from "../transform/batched.ts";
import { substitute } from "../transform/substitute.ts";
import { closeLoop, type Loop, type LoopBody, openedLoop, placeholder } from "./body.ts";
import { type LoopOutputAttrs, lastOf, stacked } from "./results.ts";

/** A loop over many cases. */
interface BatchedLoop extends Loop {
  /** The node of this loop for a node in the body of one case. */
  readonly valueOf: (node: Node) => Node;
  /** Whether that node has an axis of cases. */
  readonly isWide: (node: Node) => boolean;
}

// The results of a loop are batched one by one. They must stay results of one loop, so each batched loop is made once.
const known = new WeakMap<LoopBody, Map<string, BatchedLoop>>();

/** The loop of all cases. The inputs marked in `flags` have a leading axis of `size` cases. */
function batchedLoop(
  body: LoopBody,
  inputs: readonly Node[],
  flags: readonly boolean[],
  size: number,
): BatchedLoop {
  const loops = known.get(body) ?? new Map<string, BatchedLoop>();
  known.set(body, loops);
  const key = inputs.map(({ id }, at) => `${id}${flags[at] ? "*" : ""}`).join();
  const found = loops.get(key);
  if (found !== undefined) return found;
  const made = makeBatched(body, inputs, flags, size);
  loops.set(key, made);
  return made;
}

function makeBatched(
  body: LoopBody,
  inputs: readonly Node[],
  flags: readonly boolean[],
  size: number,
): BatchedLoop {
  const opened = openedLoop(body, inputs);
  const values = body.carries.map(({ value }) => value);
  const places = [...body.closures, ...values, ...body.slices];
  const order = topological([...body.carries.map(({ next }) => next), ...body.results]);
  // A carry differs between cases if its first value does, or if a turn makes it differ.
  const sources = new Set(places.filter((_, at) => flags[at]));
  for (let grew = true; grew; ) {
    const affected = dependents(order, sources);
    const more = body.carries.filter(
      ({ value, next }) => !sources.has(value) && affected.has(next),
    );
    for (const { value } of more) sources.add(value);
    grew = more.length > 0;
  }
  const affected = dependents(order, sources);
  const shared = [...opened.closures].filter(([place]) => !sources.has(place));
  const plain = substitute(order, new Map(shared));
  const openOf = new Map(order.map((node, at) => [node, plain[at] as Node]));
  const replace = new Map([...opened.closures].filter(([place]) => sources.has(place)));
  const wide = (place: Node) => {
    const own = placeholder([size, ...place.shape], place.type);
    replace.set(place, own);
    return own;
  };
  const slices = opened.slices.map(({ value, sequence }) => {
    if (!sources.has(value)) return { value, sequence };
    return { value: wide(value), sequence: moveAxis(sequence, 0, 1) };
  });
  const carried = opened.carries.map(({ value, init }, at) => {
    if (!sources.has(value)) return { value, init };
    const own = flags[body.closures.length + at] ? init : broadcastTo(init, [size, ...value.shape]);
    return { value: wide(value), init: own };
  });
  const many = order.filter((node) => affected.has(node));
  const wides = batched(
    many.map((node) => openOf.get(node) as Node),
    replace,
    size,
  );
  const wideOf = new Map<Node, Node>([
    ...replace,
    ...many.map((node, at) => [node, wides[at] as Node] as const),
  ]);
  const valueIn = (node: Node) => wideOf.get(node) ?? openOf.get(node) ?? node;
  const loop = closeLoop({
    turns: body.turns,
    reverse: body.reverse,
    slices,
    carries: body.carries.map(({ value, next }, at) => {
      const own = valueIn(next);
      const full = sources.has(value) && !wideOf.has(next);
      const all = full ? broadcastTo(own, [size, ...next.shape]) : own;
      return { ...(carried[at] as (typeof carried)[number]), next: all };
    }),
    results: order.map(valueIn),
  });
  // A pullback may ask for a further output of a node of the body. This output is no node of the body itself.
  const further = new Map<Node, Node>();
  const isFurther = (node: Node) => node.op.claims !== undefined && !openOf.has(node);
  const isWide = (node: Node): boolean =>
    isFurther(node) ? node.inputs.some(isWide) : wideOf.has(node);
  const valueOf = (node: Node): Node => {
    if (!isFurther(node)) return loop.within(valueIn(node));
    const inputs = node.inputs.map(valueOf);
    const made =
      further.get(node) ??
      (isWide(node)
        ? node.op.batch(node, inputs, node.inputs.map(isWide), size)
        : makeNode(node.op, inputs, node.attrs));
    further.set(node, made);
    return made;
  };
  return { ...loop, valueOf, isWide };
}

/** The batch rule of a result of a loop. */
export function batchedOutput(
  { op, attrs: { body, value, kind } }: Node<LoopOutputAttrs>,
  inputs: readonly Node[],
  flags: readonly boolean[],
  size: number,
): Node {
  const loop = batchedLoop(body, inputs, flags, size);
  const wide = loop.isWide(value);
  if (kind === "last") {
    const last = lastOf(
      op,
      loop,
      body.carries.findIndex((carry) => carry.value === value),
    );
    return wide ? last : broadcastTo(last, [size, ...value.shape]);
  }
  const all = stacked(op, loop, loop.valueOf(value));
  return wide ? moveAxis(all, 1, 0) : broadcastTo(all, [size, ...all.shape]);
}
