import type { InitContext, Initializer } from "@metrigrad/tensor";

/**
 * Returns an initialiser with given numbers of inputs and outputs, in place of those that the shape says.
 *
 * The outputs per unit of a convolution, for example, are c_out·kh·kw. And PyTorch draws the three projections of attention
 * as one weight.
 *
 * @param init - The initialiser.
 * @param fans - The inputs and outputs of a unit.
 * @returns An initialiser.
 * @nothrow
 * @category Models: own modules
 */
export function withFans(init: Initializer, fans: NonNullable<InitContext["fans"]>): Initializer {
  return (context) => init({ ...context, fans });
}
