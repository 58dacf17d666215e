import {
  div,
  exp,
  expandDims,
  mul,
  type Node,
  neg,
  reshape,
  square,
  sub,
  sum,
} from "@metrigrad/graph";
import type { Initializer } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { constantInit } from "../init/constant.ts";
import { drawNormal } from "../init/draw.ts";
import { checkSettings } from "./checkSettings.ts";
import { checkFeatures } from "./fourierFeatures.ts";
import { checkWidth } from "./weightNorm.ts";

/**
 * Settings of {@link radialBasis}.
 *
 * @category Models: layers
 */
export interface RadialBasisSettings {
  /** The initial width s of every unit, in units of x; 1 by default. */
  readonly width?: number;
  /**
   * The initialiser of the centres [inputs, units]; standard normal by default. With few units give some rows of the data.
   */
  readonly centres?: Initializer;
}

/**
 * Options of radial basis units.
 *
 * @category Models: layers
 */
export interface RadialBasisOptions extends Required<RadialBasisSettings> {
  /** The width of the rows. */
  readonly inputs: number;
  /** The number of units. */
  readonly units: number;
}

/**
 * Makes radial basis units h_j = exp(−‖x − c_j‖²/(2s_j²)) (Broomhead and Lowe 1988).
 *
 * They map x [n, …, inputs] to [n, …, units]. The centre c_j is a column of the parameter `c` [inputs, units]. The width is
 * s_j = e^u_j, where `u` [units] is a parameter, so that the width stays positive. A dense layer on them is a radial basis
 * function network.
 *
 * - `inputs`: the width of the rows.
 * - `units`: the number of units.
 * - `settings`: see {@link RadialBasisSettings}; optional.
 *
 * @throws {@link ShapeError} if a size or the width is not positive; when the module is applied, if the input has another
 *   width.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const radialBasis = defModule({
  name: "radialBasis",
  options: (
    inputs: number,
    units: number,
    settings: RadialBasisSettings = {},
  ): RadialBasisOptions => {
    checkSettings("radialBasis", settings, ["width", "centres"]);
    const { width = 1, centres = (context) => drawNormal(context, 1) } = settings;
    checkFeatures("radialBasis", inputs, units, { width });
    return Object.freeze({ inputs, units, width, centres });
  },
  params: ({ inputs, units, width, centres }) => ({
    c: param([inputs, units], centres, { decay: "none" }),
    u: param([units], constantInit(Math.log(width)), { decay: "none" }),
  }),
  apply: ({ c, u }, x, { options: { inputs, units } }) => {
    checkWidth("radialBasis", x, inputs);
    const { distances } = offsetsOf(reshape(x, [-1, inputs]), c);
    const preActivation = neg(div(distances, mul(exp(mul(u, 2)), 2)));
    const response = reshape(exp(preActivation), [...x.shape.slice(0, -1), units]);
    return { response, preActivation };
  },
});

/** Returns x − c_j, [rows, inputs, units], and its squared lengths, [rows, units], without cancellation. */
export function offsetsOf(rows: Node, centres: Node) {
  const offsets = sub(expandDims(rows, 2), centres);
  return { offsets, distances: sum(square(offsets), { axis: 1 }) };
}
