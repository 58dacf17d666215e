import { sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";

/**
 * Where the samples lie in a value: element i, counted row-major, belongs to sample ⌊i/stride⌋ mod n. Null: the value
 * does not depend on the inputs, or it is not known how.
 */
export type Stride = number | null;

/** A mix in words, or where the samples of the result lie. */
export type Found = Stride | string;

/** An axis with the samples in it: position p of the axis belongs to sample ⌊p/inner⌋ mod n. */
export interface Spot {
  readonly axis: number;
  readonly inner: number;
}

/** The axes in which the samples of a node's inputs lie. */
export function spots(node: Node, strides: readonly Stride[], samples: number): (Spot | null)[] {
  return node.inputs.map((one, k) => spotOf(one, strides[k] as Stride, samples));
}

/** The axis in which the samples lie; null where they are spread over several. */
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

/** The stride of samples that lie in an axis. */
export function strideOf({ shape }: Node, { axis, inner }: Spot): number {
  return inner * sizeOf(shape.slice(axis + 1));
}

/** The place of the samples of several operands in the result: the same one, or they meet. */
export function joined(node: Node, found: readonly (Spot | null)[], how: string): Found {
  const [first, ...others] = found.filter((spot) => spot !== null);
  if (first === undefined) return null;
  const apart = others.find(({ axis, inner }) => axis !== first.axis || inner !== first.inner);
  if (apart === undefined) return strideOf(node, first);
  // Within one axis they may be the same samples, laid out in another way.
  return apart.axis === first.axis ? null : how;
}
