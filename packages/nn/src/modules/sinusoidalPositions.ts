import { add, constant } from "@metrigrad/graph";
import { ShapeError, tensor } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Options of {@link sinusoidalPositions}.
 *
 * @category Models: layers
 */
export interface SinusoidalPositionsOptions {
  /** The base of the wavelengths: the longest wave has 2π times this many positions; 10,000 by default. */
  readonly base: number;
}

/**
 * Makes a module that adds sines and cosines of the position (Vaswani et al. 2017, arXiv 1706.03762, section 3.5).
 *
 * For sequences x [n, T, d] it gives x + P with P[t, 2i] = sin(t·base^(−2i/d)) and P[t, 2i + 1] = cos(t·base^(−2i/d)). It
 * has no parameters and takes sequences of any length.
 *
 * - `settings`: `base`, above 1; optional.
 *
 * @throws {@link ShapeError} if the base is not above 1; when the module is applied, if the input is not [n, T, d].
 * @function
 * @category Models: layers
 */
export const sinusoidalPositions = defModule({
  name: "sinusoidalPositions",
  options: (settings: Partial<SinusoidalPositionsOptions> = {}) => {
    checkSettings("sinusoidalPositions", settings, ["base"]);
    const { base = 10_000 } = settings;
    if (base > 1) return Object.freeze({ base });
    throw new ShapeError({
      where: "sinusoidalPositions",
      must: "the base must be above 1",
      got: String(base),
      todo: "leave it out",
    });
  },
  apply: (_, x, { options: { base } }) => {
    const [, steps = 0, width = 0] = x.shape;
    if (x.shape.length !== 3) {
      throw new ShapeError({
        where: "sinusoidalPositions",
        must: "its input must be [n, T, features]",
        got: `[${x.shape.join(", ")}]`,
        todo: "put it behind an embedding",
      });
    }
    const values = Float64Array.from({ length: steps * width }, (__, k) => {
      const [t, j] = [Math.floor(k / width), k % width];
      const angle = t * base ** (-(j - (j % 2)) / width);
      return j % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    return add(x, constant(tensor(values, { shape: [steps, width] })));
  },
});
