import type { InitContext, Initializer } from "@metrigrad/tensor";

/**
 * The same draws for other numbers of inputs and outputs than the shape says: a convolution's outputs per unit are
 * c_out·kh·kw, and PyTorch draws the three projections of attention as one weight.
 * @param init the initialiser
 * @param fans inputs and outputs of a unit
 * @returns an initialiser
 */
export function withFans(init: Initializer, fans: NonNullable<InitContext["fans"]>): Initializer {
  return (context) => init({ ...context, fans });
}
