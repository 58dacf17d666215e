import { sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { topological } from "../core/topology.ts";
import { follow } from "./sampleRules.ts";
import { spotOf } from "./sampleStride.ts";

/**
 * The place where samples meet.
 *
 * @category Graph: derivatives
 */
export interface Mixing {
  /** The first node with an element that depends on several samples. */
  readonly node: Node;
  /** How they meet, in words, such as "sum over the samples". */
  readonly how: string;
}

/**
 * Finds where the samples of a batch meet: an element that depends on two samples, as in statistics of a batch.
 *
 * It follows the axis of samples through the graph, from the inputs to the outputs. Only what is certain is reported: if it is not
 * known what an op does with the samples, the op counts as harmless.
 *
 * @param outputs - The values to examine.
 * @param inputs - The nodes with the samples on their first axis: [n, …], or [n·T, …] with the rows of a sample side by side.
 * @param samples - The number of samples n.
 * @returns The first node that mixes samples, or null if there is none.
 * @nothrow
 * @category Graph: derivatives
 */
export function samplesMixed(
  outputs: readonly Node[],
  inputs: readonly Node[],
  samples: number,
): Mixing | null {
  if (samples < 2) return null;
  let mixing: Mixing | null = null;
  stridesOf(outputs, inputs, samples, (node, how) => {
    mixing = { node, how };
    return false;
  });
  return mixing;
}

/**
 * Finds which rows of a value [rows, …] belong to which sample: row r belongs to sample ⌊r/inner⌋ mod n.
 *
 * If inner is rows/n, the rows of a sample are side by side. If inner is 1, they are n rows apart, as with time on the first axis.
 *
 * @param value - The value.
 * @param inputs - The nodes with the samples on their first axis, as for {@link samplesMixed}.
 * @param samples - The number of samples n.
 * @returns The number inner, or null if it is not known.
 * @nothrow
 * @category Graph: derivatives
 */
export function rowsPerSample(
  value: Node,
  inputs: readonly Node[],
  samples: number,
): number | null {
  const strides = stridesOf([value], inputs, samples, () => true);
  const spot = spotOf(value, strides.get(value) ?? null, samples);
  return spot?.axis === 0 ? spot.inner : null;
}

/** The strides of inputs that have the samples on their first axis. */
export function seedStrides(inputs: readonly Node[], samples: number): Map<Node, number> {
  const strides = new Map<Node, number>();
  for (const node of inputs) {
    const size = sizeOf(node.shape);
    if ((node.shape[0] ?? 0) % samples === 0 && size > 0) strides.set(node, size / samples);
  }
  return strides;
}

/** The strides of nodes, where they are known. `mixed` is called for a node that mixes samples; it returns whether to go on. */
function stridesOf(
  outputs: readonly Node[],
  inputs: readonly Node[],
  samples: number,
  mixed: (node: Node, how: string) => boolean,
): ReadonlyMap<Node, number> {
  const strides = seedStrides(inputs, samples);
  follow(topological(outputs), strides, samples, mixed);
  return strides;
}
