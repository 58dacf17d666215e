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

/** What `radialBasis` takes beside its sizes. */
export interface RadialBasisSettings {
  /** Initial width s of every unit; 1 by default. */
  readonly width?: number;
  /** Initial centres [inputs, units]; standard normal by default: give some rows of the data where there are few units. */
  readonly centres?: Initializer;
}

/** Options of radial basis units. */
export interface RadialBasisOptions extends Required<RadialBasisSettings> {
  readonly inputs: number;
  readonly units: number;
}

/**
 * Radial basis units h_j = exp(−‖x − c_j‖²/(2s_j²)) of x [n, …, inputs] → [n, …, units] (Broomhead and Lowe 1988), each with a
 * centre c_j, a column of `c` [inputs, units], and a width s_j = e^u_j, of which `u` [units] is the
 * logarithm, so that it stays positive. A dense layer on them is a radial basis function network.
 * @param inputs width of the rows
 * @param units units
 * @param settings `width` and `centres`
 * @throws ShapeError for settings out of range and inputs of another width
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

/** x − c_j [rows, inputs, units], and its squared lengths [rows, units], without cancellation. */
export function offsetsOf(rows: Node, centres: Node) {
  const offsets = sub(expandDims(rows, 2), centres);
  return { offsets, distances: sum(square(offsets), { axis: 1 }) };
}
