import { mul } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";

/** Options of `dropout`. */
export interface DropoutOptions {
  /** Probability with which an element is left out. */
  readonly rate: number;
}

/**
 * x with each element left out with a probability, the others divided by the probability to stay, when
 * training; x itself when inferring (Srivastava et al. 2014, the inverted form). Masks differ between
 * dropouts, uses and steps.
 * @throws ShapeError for a rate out of [0, 1)
 */
export const dropout = defModule({
  name: "dropout",
  options: (rate: number = 0.5): DropoutOptions => {
    if (rate >= 0 && rate < 1) return Object.freeze({ rate });
    throw new ShapeError({
      where: "dropout",
      must: "the rate must be within [0, 1)",
      got: String(rate),
      todo: "call dropout(0.5)",
    });
  },
  apply: (_, x, { options: { rate }, mode, random }) => {
    if (mode === "infer" || rate === 0) return x;
    return mul(x, mul(random.bernoulli(1 - rate, x.shape), 1 / (1 - rate)));
  },
});
