import { type Initializer, sizeOf } from "@metrigrad/tensor";

/** A weight [in + 1, out]: the first rows by the given initialiser for [in, out], the last 0. */
export function biasRow(init: Initializer): Initializer {
  return (context) => {
    const [rows = 1, ...rest] = context.shape;
    const weights = Array.from(init({ ...context, shape: [rows - 1, ...rest] }));
    return weights.concat(new Array<number>(sizeOf(rest)).fill(0));
  };
}
