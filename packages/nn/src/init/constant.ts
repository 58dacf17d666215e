import { type Initializer, sizeOf } from "@metrigrad/tensor";

/** Every element the same number. */
export function constantInit(value: number): Initializer {
  return ({ shape }) => new Float64Array(sizeOf(shape)).fill(value);
}

/** All zeros. */
export const zeros: Initializer = constantInit(0);

/** All ones. */
export const ones: Initializer = constantInit(1);
