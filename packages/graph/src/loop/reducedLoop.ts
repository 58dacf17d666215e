import { simplifyGraph } from "../compile/simplify.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { withOrigin } from "../core/scope.ts";
import { topological } from "../core/topology.ts";
import { broadcastTo, broadcastToOp } from "../ops/broadcastTo.ts";
import { constant, uniformValue } from "../ops/constant.ts";
import { reshape, reshapeOp } from "../ops/reshape.ts";
import { substitute } from "../transform/substitute.ts";
import { bodyId, byRole, type Carry, type LoopBody, type LoopInputs, placeFor } from "./body.ts";
import { loopOutputOp } from "./loopOutput.ts";
import type { LoopOutputAttrs } from "./results.ts";

/** What is known about the placeholders of a loop's body before the first turn. */
interface Known {
  /** The value of a placeholder, in terms of other placeholders. */
  readonly values: ReadonlyMap<Node, Node>;
  /** For the placeholders of values that are the same in all turns: these values. */
  readonly closures: ReadonlyMap<Node, Node>;
  /** The first value of each carry. */
  readonly inits: ReadonlyMap<Node, Node>;
}

/** A carry, and its place and next value in the reduced body. */
interface Moving {
  readonly old: Node;
  readonly value: Node;
  readonly next: Node;
}

/** The results of a loop, computed by a loop that does less. */
export function reducedLoop(
  outputs: readonly Node<LoopOutputAttrs>[],
  inputs: readonly Node[],
  reduceInner: (roots: readonly Node[]) => Node[],
): Node[] {
  const [{ attrs }] = outputs as [Node<LoopOutputAttrs>];
  const { body } = attrs;
  const given = byRole(body, inputs);
  const known = knownOf(body, given);
  const { values, inits } = known;
  const closures = new Map(known.closures);

  const places = [...body.slices, ...body.carries.map(({ value }) => value), ...closures.keys()];
  const nextsBefore = body.carries.map(({ next }) => next);
  const asked = outputs.map((output) => output.attrs.value);
  const simple = reduceInner(
    simplifyGraph(substitute([...places, ...nextsBefore, ...asked], values)),
  );
  const placeNow = new Map(places.map((place, at) => [place, simple[at] as Node]));
  const nexts = simple.slice(places.length, places.length + nextsBefore.length);
  const results = simple.slice(places.length + nextsBefore.length);

  const open = body.carries.flatMap(({ value: old }, at): Moving[] => {
    if (values.has(old)) return [];
    return [{ old, value: placeNow.get(old) as Node, next: nexts[at] as Node }];
  });
  // A carry that keeps its value becomes a value from outside.
  for (const { old, value, next } of open) {
    if (value !== next) continue;
    closures.set(old, inits.get(old) as Node);
    placeNow.set(old, value);
  }
  const moving = open.filter(({ value, next }) => value !== next);
  const stacked = outputs.flatMap(({ attrs: { kind } }, at) =>
    kind === "last" ? [] : [results[at] as Node],
  );
  const lasts = outputs.filter((one) => one.attrs.kind === "last").map((one) => one.attrs.value);
  const { carried, used } = neededCarries(moving, stacked, new Set(lasts));

  const slices = body.slices.flatMap((place, at) => {
    const value = placeNow.get(place) as Node;
    if (values.has(place) || !used.has(value)) return [];
    return [{ value, input: given.sequences[at] as Node }];
  });
  const fixed = [...closures].flatMap(([place, input]) => {
    const value = placeNow.get(place) as Node;
    return used.has(value) ? [{ value, input }] : [];
  });
  const own: LoopBody = {
    id: bodyId(),
    turns: body.turns,
    reverse: body.reverse,
    closures: fixed.map(({ value }) => value),
    carries: carried.map(({ value, next }) => ({ value, next })),
    slices: slices.map(({ value }) => value),
    results: stacked,
  };
  const ownInputs = [
    ...fixed.map(({ input }) => input),
    ...carried.map(({ old }) => inits.get(old) as Node),
    ...slices.map(({ input }) => input),
  ];
  const output = (kind: "stack" | "last", value: Node) =>
    makeNode(loopOutputOp, ownInputs, { body: own, value, kind });
  const turning = new Set([...own.carries.map(({ value }) => value), ...own.slices]);
  const varies = (node: Node) => topological([node]).some((one) => turning.has(one));
  const outside = new Map(fixed.map(({ value, input }) => [value, input]));
  return outputs.map((node, at) =>
    withOrigin(node, () => {
      const value = results[at] as Node;
      if (node.attrs.kind === "last") {
        const old = node.attrs.value;
        return values.get(old) ?? closures.get(old) ?? output("last", value);
      }
      // A value that is the same in all turns need not be a result of the loop.
      if (varies(value)) return output("stack", value);
      return broadcastTo(substitute([value], outside)[0] as Node, node.shape);
    }),
  );
}

/** Finds what is known before the first turn. */
function knownOf(body: LoopBody, given: LoopInputs<Node>): Known {
  const values = new Map<Node, Node>();
  const closures = new Map<Node, Node>();
  const close = (place: Node, value: Node) => {
    const number = uniformOf(value);
    if (number !== null) values.set(place, filled(number, place));
    else closures.set(place, value);
  };
  for (const [at, place] of body.closures.entries()) close(place, given.closures[at] as Node);
  for (const [at, place] of body.slices.entries()) {
    const same = everySlice(given.sequences[at] as Node);
    if (same === null) continue;
    const inner = placeFor(same);
    close(inner, same);
    values.set(place, values.get(inner) ?? inner);
  }
  const inits = new Map(body.carries.map(({ value }, at) => [value, given.inits[at] as Node]));
  for (const [value, number] of steady(body.carries, inits, values)) {
    values.set(value, filled(number, value));
  }
  return { values, closures, inits };
}

/** The carries whose last value is wanted or that the results need, and all nodes that are computed for them. */
function neededCarries(
  moving: readonly Moving[],
  stacked: readonly Node[],
  asked: ReadonlySet<Node>,
): { readonly carried: readonly Moving[]; readonly used: ReadonlySet<Node> } {
  let carried = moving.filter(({ old }) => asked.has(old));
  for (;;) {
    const used = new Set(topological([...stacked, ...carried.map(({ next }) => next)]));
    const wanted = moving.filter((one) => carried.includes(one) || used.has(one.value));
    if (wanted.length === carried.length) return { carried, used };
    carried = wanted;
  }
}

/**
 * Carries that begin as one number and, as far as one can see, keep that number.
 *
 * First all such carries are assumed to keep it. Those for which this leads to another next value are dropped, until none is.
 */
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

/** The number that all elements of a value have, or null. */
function uniformOf(node: Node): number | null {
  const view = node.op === (broadcastToOp as Op) || node.op === (reshapeOp as Op);
  return view ? uniformOf(node.inputs[0] as Node) : uniformValue(node);
}

/** A value with the shape and type of a node, all of one number. */
function filled(value: number, { shape, type }: Node): Node {
  return broadcastTo(constant(value, type), shape);
}

/** The value of every slice of a sequence, if all are equal; null otherwise. */
function everySlice(sequence: Node): Node | null {
  if (sequence.op !== (broadcastToOp as Op)) return null;
  const [x] = sequence.inputs as [Node];
  const [, ...shape] = sequence.shape;
  if (x.shape.length < sequence.shape.length) return broadcastTo(x, shape);
  return x.shape[0] === 1 ? broadcastTo(reshape(x, x.shape.slice(1)), shape) : null;
}
