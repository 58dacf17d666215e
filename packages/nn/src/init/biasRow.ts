import { type Initializer, sizeOf } from "@metrigrad/tensor";

/**
 * Returns an initialiser for a weight [in + 1, out]: the given initialiser makes the first rows [in, out], and the last row
 * is 0.
 */
export function biasRow(init: Initializer): Initializer {
  return (context) => {
    const [rows = 1, ...rest] = context.shape;
    const weights = Array.from(init({ ...context, shape: [rows - 1, ...rest] }));
    return weights.concat(new Array<number>(sizeOf(rest)).fill(0));
  };
}
