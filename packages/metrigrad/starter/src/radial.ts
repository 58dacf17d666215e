/** A node type of one's own: its response, and its relative Fisher information. */
import {
  defMetric,
  defModule,
  denseBlock,
  exp,
  expandDims,
  gaussian,
  gram,
  heNormal,
  mul,
  param,
  square,
  sub,
  sum,
  transpose,
} from "metrigrad";

/** Units that respond to x with hᵢ = exp(−½‖x − cᵢ‖²); a centre cᵢ is a column of c [inputs, units]. */
export const radial = defModule({
  name: "radial",
  options: (inputs: number, units: number) => ({ inputs, units }),
  params: ({ inputs, units }) => ({ c: param([inputs, units], heNormal) }),
  apply: ({ c }, x) => {
    const squares = sum(square(sub(expandDims(x, 2), c)), { axis: 1 }); // [n, units]
    return { response: exp(mul(squares, -0.5)) };
  },
});

/** The metric of the centres under y ~ N(h, I): g(cᵢ) = hᵢ²E[(x − cᵢ)(x − cᵢ)'], one matrix for every unit. */
export const radialMetric = defMetric(radial, {
  response: gaussian(),
  source: "hᵢ²E[(x − cᵢ)(x − cᵢ)']",
  block: ({ params, reference, response }) => {
    const apart = sub(expandDims(reference, 2), params.c); // [n, inputs, units]
    const rows = transpose(mul(apart, expandDims(response, 1)), [2, 0, 1]); // [units, n, inputs]
    const [m = 0, n = 0] = rows.shape;
    return [{ params: [params.c], block: denseBlock(gram(rows, { alpha: 1 / n }), m, "radial") }];
  },
});

/** A small module of the kind, for `metrigrad check`. */
export const example = radial(2, 3);
