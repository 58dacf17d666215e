import { GraphError, sizeOf } from "@metrigrad/tensor";
import { makeNode, type Node, showNode } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { dependents, topological } from "../core/topology.ts";
import { broadcastTo, broadcastToOp } from "../ops/broadcastTo.ts";
import { reshape } from "../ops/reshape.ts";
import { bySample } from "./sampleAxis.ts";
import { follow } from "./sampleRules.ts";
import { type Spot, spotOf, strideOf } from "./sampleStride.ts";
import { seedStrides } from "./samplesMixed.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/** A node in which a value made of variables alone meets a value that depends on the samples. */
export interface Meeting {
  /** The node in which they meet. */
  readonly node: Node;
  /** The value made of variables. A broadcast that only repeats it is left out. */
  readonly value: Node;
  /** The positions of that value among the node's inputs. */
  readonly at: readonly number[];
  /** Where the samples are in the node. */
  readonly spot: Spot;
  /** For each other input where its samples are; null if it is the same for all samples. */
  readonly others: readonly (Spot | null)[];
  /** Whether the value itself has a row for each sample. */
  readonly rows: boolean;
}

/** How a value is made of variables and samples. */
export interface Meetings {
  /** The meetings, inputs before users. */
  readonly meetings: readonly Meeting[];
  /** Where the samples are in the value; null if that is not known. */
  readonly spot: Spot | null;
}

/**
 * Finds every meeting of variables and samples on the way to a value.
 *
 * Throws GraphError if samples meet each other, or at an op for which it is not known where it has the samples.
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
  const seeds = seedStrides(inputs, samples);
  for (;;) {
    const strides = new Map(seeds);
    follow(order, strides, samples, (node, how) => {
      throw mixed(where, node, how);
    });
    const varying = dependents(order, [...inputs, ...seeds.keys()]);
    const alone = (node: Node) => moved.has(node) && !varying.has(node) && node.type === "float";
    // A value without samples is the same for all of them. It has no row that belongs to a sample.
    if (alone(value)) throw unknown(where, value);
    const spotIn = (node: Node) =>
      samples > 1 ? spotOf(node, strides.get(node) ?? null, samples) : wholeOf(node);
    const meetings = order
      .filter((node) => varying.has(node) && node.type === "float")
      .flatMap((node) => meetingsIn(where, node, alone, spotIn));
    const aligned = meetings.filter(({ rows }) => rows && samples > 1);
    if (aligned.length === 0) return { meetings, spot: spotIn(value) };
    const values = aligned.map((one) => one.value);
    const more = rowsAmong(values, moved, varying, samples);
    if (more.size === 0) throw unknown(where, (aligned[0] as Meeting).node);
    for (const [node, stride] of more) seeds.set(node, stride);
  }
}

/** The meetings in one node. */
function meetingsIn(
  where: string,
  node: Node,
  alone: (node: Node) => boolean,
  spotIn: (node: Node) => Spot | null,
): Meeting[] {
  const byFormula = node.op.expr !== undefined;
  const read = node.inputs.map((one) => (alone(one) ? bare(one, byFormula) : null));
  const values = new Set(read.filter((found) => found !== null));
  return [...values].map((value) => {
    const spot = spotIn(node);
    if (spot === null) throw unknown(where, node);
    const at = read.flatMap((found, index) => (found === value ? [index] : []));
    const others = node.inputs.map((other, index): Spot | null => {
      if (at.includes(index)) return null;
      return byFormula ? alignedSpot(other, node, spot) : spotIn(other);
    });
    const rows = byFormula && alignedSpot(value, node, spot) !== null;
    return { node, value, at, spot, others, rows };
  });
}

/**
 * Finds where values made of variables alone get a row for each sample.
 *
 * These are constants with such rows, as at the beginning of a pullback over the samples, and broadcasts along an axis of samples.
 */
function rowsAmong(
  values: readonly Node[],
  moved: ReadonlySet<Node>,
  varying: ReadonlySet<Node>,
  samples: number,
): ReadonlyMap<Node, number> {
  const found = new Map<Node, number>();
  for (const node of topological(values)) {
    if (!moved.has(node)) continue;
    const axis = repeatedAxis(node, samples);
    if (axis !== null) found.set(node, strideOf(node, { axis, inner: 1 }));
    const fixed = node.inputs.filter(
      (one) => !moved.has(one) && !varying.has(one) && one.type === "float",
    );
    for (const [one, stride] of seedStrides(fixed, samples)) {
      if (one.shape.length > 0) found.set(one, stride);
    }
  }
  return found;
}

/** The axis along which a broadcast makes one row for each sample; null if there is none. */
function repeatedAxis({ op, inputs, shape }: Node, samples: number): number | null {
  if (op !== (broadcastToOp as Op)) return null;
  const own = (inputs[0] as Node).shape;
  const axis = shape.findIndex((size, at) => {
    return size === samples && (own[at - shape.length + own.length] ?? 1) === 1;
  });
  return axis < 0 ? null : axis;
}

/** Where the samples are if there is one sample: everything belongs to it. */
function wholeOf({ shape }: Node): Spot | null {
  return shape.length > 0 ? { axis: 0, inner: shape[0] as number } : null;
}

/** What a broadcast repeats, if its reader broadcasts by itself. */
function bare(node: Node, byFormula: boolean): Node {
  let inner = node;
  while (byFormula && inner.op === (broadcastToOp as Op)) inner = inner.inputs[0] as Node;
  return inner;
}

/** Where an operand of an element-wise node has the samples: on the same axis, counted from the last one. */
function alignedSpot({ shape }: Node, node: Node, { axis, inner }: Spot): Spot | null {
  const own = axis - node.shape.length + shape.length;
  return own >= 0 && shape[own] === node.shape[axis] ? { axis: own, inner } : null;
}

/**
 * The rows of a meeting, [n, r, …value], from the cotangents [r, …node] that arrive at its node.
 *
 * Throws GraphError if the op cannot be applied to one sample.
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
    const one = ofOneSample(where, node, operands, spot, samples);
    if (sizeOf(one.shape) * samples !== sizeOf(node.shape)) throw unknown(where, node);
    return vmap((column: Node) => vjp([one], [value], [reshape(column, one.shape)])[0] as Node)(
      columns,
    );
  };
  return vmap(ofOne)(bySample(cotangents, spot, samples, 1), ...apart);
}

/** A node of the same op for one sample. Throws GraphError if the op refuses its operands. */
function ofOneSample(
  where: string,
  node: Node,
  operands: readonly Node[],
  { axis }: Spot,
  samples: number,
): Node {
  if (node.op === (broadcastToOp as Op)) {
    const shape = node.shape.map((size, at) => (at === axis ? size / samples : size));
    return broadcastTo(operands[0] as Node, shape);
  }
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
