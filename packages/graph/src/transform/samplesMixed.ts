import { sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { topological } from "../core/topology.ts";
import { follow } from "./sampleRules.ts";
import { spotOf } from "./sampleStride.ts";

/** Where samples meet. */
export interface Mixing {
  /** The first node of which an element depends on several samples. */
  readonly node: Node;
  /** In words: "sum over the samples". */
  readonly how: string;
}

/**
 * Finds where the samples of a batch meet: an element of a value that depends on two of them, as with statistics of the
 * batch. Axes are followed through the graph from the inputs, in which samples come first. Only what is certain is
 * found: an op of which it is not known what it does to the samples is taken to keep them apart.
 * @param outputs values that are looked at
 * @param inputs values with the samples on their first axis, [n, …] or [n·T, …] with the rows of a sample together
 * @param samples n
 * @returns the first node that mixes samples; null where none does
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
 * Where the samples lie among the rows of a value [rows, …]: row r belongs to sample ⌊r/inner⌋ mod n. Rows of a sample lie
 * together where inner is rows/n, and are n apart where it is 1, as with time on the first axis.
 * @param value the value
 * @param inputs values with the samples on their first axis, as above
 * @param samples n
 * @returns inner; null where it is not known
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

/** Where inputs have the samples: on their first axis. */
export function seedStrides(inputs: readonly Node[], samples: number): Map<Node, number> {
  const strides = new Map<Node, number>();
  for (const node of inputs) {
    const size = sizeOf(node.shape);
    if ((node.shape[0] ?? 0) % samples === 0 && size > 0) strides.set(node, size / samples);
  }
  return strides;
}

/** Strides of values where they are known; `mixed` is told of what mixes samples, and says whether to go on. */
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
