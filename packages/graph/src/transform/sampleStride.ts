import { sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";

/**
 * Where the samples are in a value: element i, counted row-major, belongs to sample ⌊i/stride⌋ mod n.
 *
 * Null means that the value does not depend on the inputs, or that it is not known how.
 */
export type Stride = number | null;

/** Where the samples of a result are. A text says in words how the samples are mixed. */
export type Found = Stride | string;

/** An axis that has the samples: position p of the axis belongs to sample ⌊p/inner⌋ mod n. */
export interface Spot {
  readonly axis: number;
  readonly inner: number;
}

/** The axes in which the samples of a node's inputs are. */
export function spots(node: Node, strides: readonly Stride[], samples: number): (Spot | null)[] {
  return node.inputs.map((one, k) => spotOf(one, strides[k] as Stride, samples));
}

/** The axis in which the samples are; null if they are spread over several axes. */
export function spotOf({ shape }: Node, stride: Stride, samples: number): Spot | null {
  if (stride === null) return null;
  let after = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    const inner = stride / after;
    if (inner < size) {
      const whole = Number.isInteger(inner) && size % (inner * samples) === 0;
      return whole ? { axis, inner } : null;
    }
    after *= size;
  }
  return null;
}

/** The stride of samples that are in an axis. */
export function strideOf({ shape }: Node, { axis, inner }: Spot): number {
  return inner * sizeOf(shape.slice(axis + 1));
}

/** Where the samples are in a result of several operands. They must be at the same place in all operands, or they meet. */
export function joined(node: Node, found: readonly (Spot | null)[], how: string): Found {
  const [first, ...others] = found.filter((spot) => spot !== null);
  if (first === undefined) return null;
  const apart = others.find(({ axis, inner }) => axis !== first.axis || inner !== first.inner);
  if (apart === undefined) return strideOf(node, first);
  // In one axis they may be the same samples in another order.
  return apart.axis === first.axis ? null : how;
}
