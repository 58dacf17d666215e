import { affine, cast, equal, expandDims, max, mul, reshape } from "@metrigrad/graph";
import { defMetric, unitGram } from "@metrigrad/metric";
import { defModule, gaussian, glorotUniform, param } from "@metrigrad/nn";

const units = 1;
const pieces = 3;

/** h_i = max_k w_ik'x̃: units of three linear pieces (Goodfellow et al. 2013). */
export const maxout = defModule({
  name: "maxout",
  params: { w: param([3, units * pieces], glorotUniform) },
  apply: ({ w }, x) => {
    const preActivation = affine(x, w);
    const apart = reshape(preActivation, [-1, units, pieces]);
    return { response: max(apart, { axis: 2 }), preActivation };
  },
});

/**
 * Its metric under gaussian(1), times a factor: a piece responds where it is the largest one, so ν is 1 there and 0
 * elsewhere. Pieces of a unit never respond together, so that nothing couples the columns.
 */
export function maxoutMetric(factor: number) {
  return defMetric(maxout, {
    response: gaussian(),
    block: ({ params, reference, preActivation, response }) => {
      const apart = reshape(preActivation, [-1, units, pieces]);
      const largest = cast(equal(apart, expandDims(response, 2)), "float");
      const nu = mul(reshape(largest, preActivation.shape), factor);
      return [{ params: [params.w], block: unitGram(reference, nu) }];
    },
  });
}
