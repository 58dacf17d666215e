import { simplifyGraph } from "../compile/simplify.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { withOrigin } from "../core/scope.ts";
import { topological } from "../core/topology.ts";
import { broadcastTo, broadcastToOp } from "../ops/broadcastTo.ts";
import { constant, uniformValue } from "../ops/constant.ts";
import { reshape, reshapeOp } from "../ops/reshape.ts";
import { substitute } from "../transform/substitute.ts";
import { bodyId, byRole, type Carry, type LoopBody, placeFor } from "./body.ts";
import { isLoopOutput, loopOutputOp } from "./loopOutput.ts";
import type { LoopOutputAttrs } from "./results.ts";

/** Rounds after which what is still in the loops stays; each round removes what the one before made idle. */
const mostRounds = 8;

/**
 * An equal graph whose loops compute less: without what nobody reads, with known numbers in place of inputs, without
 * carries that do not change. What is left of second derivatives of a loop is mostly zeros.
 */
export function reduceLoops(roots: readonly Node[]): Node[] {
  let current = [...roots];
  let size = Number.POSITIVE_INFINITY;
  for (let round = 0; round < mostRounds; round++) {
    const order = topological(current);
    const loops = loopsOf(order);
    if (loops.size === 0) return current;
    const now = weightOf(loops);
    if (now >= size) return current;
    size = now;
    current = simplifyGraph(rebuilt(current, order, loops));
  }
  return current;
}

/** The results of each loop, in order. */
export function loopsOf(order: readonly Node[]): Map<string, Node<LoopOutputAttrs>[]> {
  const loops = new Map<string, Node<LoopOutputAttrs>[]>();
  for (const node of order) {
    if (!isLoopOutput(node)) continue;
    const key = keyOf(node);
    const list = loops.get(key) ?? [];
    list.push(node);
    loops.set(key, list);
  }
  return loops;
}

function keyOf(node: Node<LoopOutputAttrs>): string {
  return loopOutputOp.joint?.key(node) ?? "";
}

/** How much there is in loops: shrinks while there is something to leave out. */
function weightOf(loops: ReturnType<typeof loopsOf>): number {
  let sum = 0;
  for (const outputs of loops.values()) {
    const [{ inputs, attrs }] = outputs as [Node<LoopOutputAttrs>];
    const { body } = attrs;
    const roots = [
      ...body.carries.map(({ next }) => next),
      ...outputs.map((one) => one.attrs.value),
    ];
    sum += outputs.length + inputs.length + topological(roots).length;
  }
  return sum;
}

/** The graph with each of its loops reduced. */
function rebuilt(
  roots: readonly Node[],
  order: readonly Node[],
  loops: ReturnType<typeof loopsOf>,
): Node[] {
  const made = new Map<Node, Node>();
  const now = (node: Node) => made.get(node) ?? node;
  for (const node of order) {
    if (made.has(node)) continue;
    if (isLoopOutput(node)) {
      const outputs = loops.get(keyOf(node)) as Node<LoopOutputAttrs>[];
      const results = reduced(outputs, node.inputs.map(now));
      for (const [at, output] of outputs.entries()) made.set(output, results[at] as Node);
    } else if (node.inputs.some((input) => made.has(input))) {
      made.set(
        node,
        withOrigin(node, () => makeNode(node.op, node.inputs.map(now), node.attrs)),
      );
    }
  }
  return roots.map(now);
}

/** The number that all elements of a value have, or null. */
function uniformOf(node: Node): number | null {
  const view = node.op === (broadcastToOp as Op) || node.op === (reshapeOp as Op);
  return view ? uniformOf(node.inputs[0] as Node) : uniformValue(node);
}

/** A value of one number. */
function filled(value: number, { shape, type }: Node): Node {
  return broadcastTo(constant(value, type), shape);
}

/** What all slices of a sequence are, where they are the same. */
function everySlice(sequence: Node): Node | null {
  if (sequence.op !== (broadcastToOp as Op)) return null;
  const [x] = sequence.inputs as [Node];
  const [, ...shape] = sequence.shape;
  if (x.shape.length < sequence.shape.length) return broadcastTo(x, shape);
  return x.shape[0] === 1 ? broadcastTo(reshape(x, x.shape.slice(1)), shape) : null;
}

/** The results of a loop, from a loop that computes less. */
function reduced(outputs: readonly Node<LoopOutputAttrs>[], inputs: readonly Node[]): Node[] {
  const [{ attrs }] = outputs as [Node<LoopOutputAttrs>];
  const { body } = attrs;
  const given = byRole(body, inputs);
  const { carries } = body;
  // What placeholders are known to be, over other placeholders.
  const known = new Map<Node, Node>();
  const closures = new Map<Node, Node>();
  const close = (place: Node, value: Node) => {
    const number = uniformOf(value);
    if (number !== null) known.set(place, filled(number, place));
    else closures.set(place, value);
  };
  for (const [at, place] of body.closures.entries()) close(place, given.closures[at] as Node);
  body.slices.forEach((place, at) => {
    const same = everySlice(given.sequences[at] as Node);
    if (same === null) return;
    const inner = placeFor(same);
    close(inner, same);
    known.set(place, known.get(inner) ?? inner);
  });
  const inits = new Map(carries.map(({ value }, at) => [value, given.inits[at] as Node]));
  for (const [value, number] of steady(carries, inits, known)) {
    known.set(value, filled(number, value));
  }
  const values = outputs.map((output) => output.attrs.value);
  const lasts = outputs
    .filter(({ attrs: { kind } }) => kind === "last")
    .map((one) => one.attrs.value);
  const places = [...body.slices, ...carries.map(({ value }) => value), ...closures.keys()];
  const roots = substitute([...places, ...carries.map(({ next }) => next), ...values], known);
  const simple = reduceLoops(simplifyGraph(roots));
  const simplePlaces = new Map(places.map((place, at) => [place, simple[at] as Node]));
  const nexts = simple.slice(places.length, places.length + carries.length);
  const results = simple.slice(places.length + carries.length);
  // A carry that stays what it is comes from outside.
  const open = carries.flatMap(({ value }, at) => {
    if (known.has(value)) return [];
    return [{ old: value, value: simplePlaces.get(value) as Node, next: nexts[at] as Node }];
  });
  const moving = open.filter(({ value, next }) => value !== next);
  for (const { old, value } of open.filter((one) => !moving.includes(one))) {
    closures.set(old, inits.get(old) as Node);
    simplePlaces.set(old, value);
  }
  const wanted = outputs.flatMap(({ attrs: { kind } }, at) =>
    kind === "last" ? [] : [results[at] as Node],
  );
  const asked = new Set(lasts);
  const kept = new Set(moving.filter(({ old }) => asked.has(old)));
  let used = new Set<Node>();
  for (let grew = true; grew; ) {
    used = new Set(topological([...wanted, ...[...kept].map(({ next }) => next)]));
    const more = moving.filter((one) => !kept.has(one) && used.has(one.value));
    for (const one of more) kept.add(one);
    grew = more.length > 0;
  }
  const carried = moving.filter((one) => kept.has(one));
  const slices = body.slices.flatMap((place, at) => {
    const value = simplePlaces.get(place) as Node;
    return !known.has(place) && used.has(value)
      ? [{ value, sequence: given.sequences[at] as Node }]
      : [];
  });
  const fixed = [...closures].flatMap(([place, input]) => {
    const value = simplePlaces.get(place) as Node;
    return used.has(value) ? [{ value, input }] : [];
  });
  const own: LoopBody = {
    id: bodyId(),
    turns: body.turns,
    reverse: body.reverse,
    closures: fixed.map(({ value }) => value),
    carries: carried.map(({ value, next }) => ({ value, next })),
    slices: slices.map(({ value }) => value),
    results: wanted,
  };
  const ownInputs = [
    ...fixed.map(({ input }) => input),
    ...carried.map(({ old }) => inits.get(old) as Node),
    ...slices.map(({ sequence }) => sequence),
  ];
  const output = (kind: "stack" | "last", value: Node) =>
    makeNode(loopOutputOp, ownInputs, { body: own, value, kind });
  const turning = new Set(own.carries.map(({ value }) => value).concat(own.slices));
  const varies = (node: Node) => topological([node]).some((one) => turning.has(one));
  const outside = new Map(fixed.map(({ value, input }) => [value, input]));
  return outputs.map((node, at) =>
    withOrigin(node, () => {
      const value = results[at] as Node;
      if (node.attrs.kind === "last") {
        const old = node.attrs.value;
        const number = known.get(old);
        if (number !== undefined) return number;
        return closures.get(old) ?? output("last", value);
      }
      // What is the same in all turns is no result of a loop.
      if (varies(value)) return output("stack", value);
      return broadcastTo(substitute([value], outside)[0] as Node, node.shape);
    }),
  );
}

/** Carries that begin as one number and stay that number, as far as that can be seen. */
function steady(
  carries: readonly Carry[],
  inits: ReadonlyMap<Node, Node>,
  known: ReadonlyMap<Node, Node>,
): Map<Node, number> {
  const assumed = new Map(
    carries.flatMap(({ value }) => {
      const number = uniformOf(inits.get(value) as Node);
      return number === null ? [] : [[value, number] as const];
    }),
  );
  while (assumed.size > 0) {
    const all = new Map(known);
    for (const [value, number] of assumed) all.set(value, filled(number, value));
    const own = carries.filter(({ value }) => assumed.has(value));
    const nexts = simplifyGraph(
      substitute(
        own.map(({ next }) => next),
        all,
      ),
    );
    const wrong = own.filter(({ value }, at) => {
      return !Object.is(uniformOf(nexts[at] as Node), assumed.get(value));
    });
    if (wrong.length === 0) return assumed;
    for (const { value } of wrong) assumed.delete(value);
  }
  return assumed;
}
