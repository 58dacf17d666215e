import { type Initializer, sizeOf } from "@metrigrad/tensor";

/**
 * Makes an initialiser that gives every element the same number.
 *
 * @param value - The number.
 * @returns An initialiser for any shape.
 * @nothrow
 * @category Models: own modules
 */
export function constantInit(value: number): Initializer {
  return ({ shape }) => new Float64Array(sizeOf(shape)).fill(value);
}

/**
 * The initialiser that gives all zeros.
 *
 * @category Models: own modules
 */
export const zeros: Initializer = constantInit(0);

/**
 * The initialiser that gives all ones.
 *
 * @category Models: own modules
 */
export const ones: Initializer = constantInit(1);
