import { type Initializer, sizeOf } from "@metrigrad/tensor";

/** Makes identity matrices of shape [b…, d, d]. */
export const identities: Initializer = ({ shape }) => {
  const d = shape.at(-1) as number;
  const result = new Float64Array(sizeOf(shape));
  for (let i = 0; i < result.length; i += d * d)
    for (let j = 0; j < d; j++) result[i + j * (d + 1)] = 1;
  return result;
};

/** Makes zeros of any shape. */
export const zeros: Initializer = ({ shape }) => new Float64Array(sizeOf(shape));

/** Makes ones of any shape. */
export const ones: Initializer = ({ shape }) => new Float64Array(sizeOf(shape)).fill(1);
