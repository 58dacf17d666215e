import { GraphError, sizeOf } from "@metrigrad/tensor";
import { makeNode, type Node, showNode } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { dependents, topological } from "../core/topology.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { reshape } from "../ops/reshape.ts";
import { bySample } from "./sampleAxis.ts";
import { type Spot, spotOf } from "./sampleStride.ts";
import { stridesOf } from "./samplesMixed.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/** Where a value that is made of variables alone meets one that depends on the samples. */
export interface Meeting {
  /** The node in which they meet. */
  readonly node: Node;
  /** What is made of the variables, without what only repeats it. */
  readonly value: Node;
  /** At which inputs of the node it stands. */
  readonly at: readonly number[];
  /** The samples in the node. */
  readonly spot: Spot;
  /** Of each other input with samples the place of these; null: it is the same for all. */
  readonly others: readonly (Spot | null)[];
}

/** How a value is made of variables and samples. */
export interface Meetings {
  /** In order. */
  readonly meetings: readonly Meeting[];
  /** The samples in the value; null where that is not known. */
  readonly spot: Spot | null;
}

/**
 * Every meeting on the way to a value.
 * @throws GraphError where samples meet one another, and for an op of which it is not known where it has the samples
 */
export function meetingsOf(
  where: string,
  value: Node,
  variables: readonly Node[],
  inputs: readonly Node[],
  samples: number,
): Meetings {
  const order = topological([value]);
  const moved = dependents(order, variables);
  let seeds = inputs;
  for (;;) {
    const strides = stridesOf([value], seeds, samples, (node, how) => {
      throw mixed(where, node, how);
    });
    const varying = dependents(order, seeds);
    const alone = (node: Node) => moved.has(node) && !varying.has(node) && node.type === "float";
    // Without samples each row is what the whole is, which is no row of a sample.
    if (alone(value)) throw unknown(where, value);
    const spotIn = (node: Node) => spotOf(node, strides.get(node) ?? null, samples);
    const meetings: Meeting[] = [];
    const aligned: Meeting[] = [];
    for (const node of order) {
      if (!varying.has(node) || node.type !== "float") continue;
      const byFormula = node.op.expr !== undefined;
      const read = node.inputs.map((one) => (alone(one) ? bare(one, byFormula) : null));
      for (const one of new Set(read.filter((found) => found !== null))) {
        const spot = spotIn(node);
        if (spot === null) throw unknown(where, node);
        const at = read.flatMap((found, index) => (found === one ? [index] : []));
        const others = node.inputs.map((other, index): Spot | null => {
          if (at.includes(index)) return null;
          return byFormula ? alignedSpot(other, node, spot) : spotIn(other);
        });
        const meeting = { node, value: one, at, spot, others };
        meetings.push(meeting);
        const along = byFormula && samples > 1 && alignedSpot(one, node, spot) !== null;
        if (along) aligned.push(meeting);
      }
    }
    if (aligned.length === 0) return { meetings, spot: spotIn(value) };
    const more = constantsOf(
      aligned.map((one) => one.value),
      moved,
      varying,
      samples,
    );
    if (more.length === 0) throw unknown(where, (aligned[0] as Meeting).node);
    seeds = [...seeds, ...more];
  }
}

/**
 * Constants with a row for each sample that values of variables are made of, such as the ones with which a pullback over the
 * samples begins.
 */
function constantsOf(
  values: readonly Node[],
  moved: ReadonlySet<Node>,
  varying: ReadonlySet<Node>,
  samples: number,
): Node[] {
  const found = new Set<Node>();
  for (const node of topological(values)) {
    if (!moved.has(node)) continue;
    for (const one of node.inputs) {
      const fixed = !moved.has(one) && !varying.has(one) && one.type === "float";
      if (fixed && (one.shape[0] ?? 0) % samples === 0 && one.shape.length > 0) found.add(one);
    }
  }
  return [...found];
}

/** What a repetition repeats, where its reader broadcasts by itself. */
function bare(node: Node, byFormula: boolean): Node {
  let inner = node;
  while (byFormula && inner.op === (broadcastToOp as Op)) inner = inner.inputs[0] as Node;
  return inner;
}

/** Where an operand of an element-wise node has the samples: at the same axis, counted from the last. */
function alignedSpot({ shape }: Node, node: Node, { axis, inner }: Spot): Spot | null {
  const own = axis - node.shape.length + shape.length;
  return own >= 0 && shape[own] === node.shape[axis] ? { axis: own, inner } : null;
}

/**
 * The rows of a meeting, [n, r, …value], of the cotangents [r, …node] that arrive at its node.
 * @throws GraphError for an op that cannot be made for one sample
 */
export function rowsAt(
  where: string,
  { node, value, at, spot, others }: Meeting,
  cotangents: Node,
  samples: number,
): Node {
  const apart = node.inputs.flatMap((one, index) => {
    const own = others[index] ?? null;
    return own === null ? [] : [bySample(one, own, samples)];
  });
  const ofOne = (columns: Node, ...given: readonly Node[]): Node => {
    let next = 0;
    const operands = node.inputs.map((one, index) => {
      if (at.includes(index)) return value;
      return others[index] === null ? one : (given[next++] as Node);
    });
    const one = alone(where, node, operands);
    if (sizeOf(one.shape) * samples !== sizeOf(node.shape)) throw unknown(where, node);
    return vmap((column: Node) => vjp([one], [value], [reshape(column, one.shape)])[0] as Node)(
      columns,
    );
  };
  return vmap(ofOne)(bySample(cotangents, spot, samples, 1), ...apart);
}

/** A node of the same op for one sample. Throws GraphError. */
function alone(where: string, node: Node, operands: readonly Node[]): Node {
  try {
    return makeNode(node.op, operands, node.attrs);
  } catch {
    throw unknown(where, node);
  }
}

function mixed(where: string, node: Node, how: string): GraphError {
  return new GraphError({
    where,
    must: "each element of the value must depend on one sample only",
    got: `${how}, in ${showNode(node)}`,
    todo: "apply modules in inference mode, where batch statistics are running ones",
  });
}

function unknown(where: string, node: Node): GraphError {
  return new GraphError({
    where,
    must: "variables must meet the samples in a product, a convolution, a lookup or an element-wise op",
    got: showNode(node),
    todo: "pass everything that has samples among `inputs`, or write it with other ops",
  });
}
