import {
  concat,
  div,
  exp,
  expandDims,
  mul,
  type Node,
  sub,
  transpose,
  type Variable,
} from "@metrigrad/graph";
import { radialBasis } from "@metrigrad/nn";
import { defMetric, type Metric, type MetricContext } from "../core/defMetric.ts";
import { asRows } from "../core/members.ts";
import { denseExample } from "./linear.ts";
import { unitBlock, unitResponse } from "./unitBlock.ts";

/**
 * Makes the row of radial basis units h_j = exp(−r²/(2s²)) ~ N(·, 1), or under what is observed of them, with
 * r = ‖x − c_j‖.
 *
 * Each unit has one matrix over its centre and the logarithm of its width, of the rows h_j((x − c_j)/s², r²/s²). So a
 * unit learns from the rows about one width away from its centre, and has no curvature far from the data.
 *
 * @returns A row for a table.
 * @nothrow
 * @category Metrics: tables
 */
export function radialBasisRows(): Metric {
  return defMetric(radialBasis, {
    source: "σ⁻²E[zz'] of every unit, z = h((x − c)/s², r²/s²)",
    block: (context) => {
      const { c, u } = context.params as { readonly c?: Variable; readonly u?: Variable };
      const { params } = context.application;
      const x = asRows(context.reference);
      const h = expandDims(transpose(asRows(context.response)), 2);
      const perUnit = (values: Node) => transpose(values, [2, 0, 1]);
      const centres = sub(expandDims(x, 2), params.c as Node);
      const inverse = div(1, exp(mul(params.u as Node, 2)));
      const byCentre = perUnit(mul(centres, inverse));
      // Since t = −r²/(2s²), r²/s² is −2t.
      const byWidth = expandDims(transpose(mul(asRows(context.preActivation), -2)), 2);
      const rows = mul(concat([...(c ? [byCentre] : []), ...(u ? [byWidth] : [])], 2), h);
      const own = context as unknown as MetricContext;
      const block = unitBlock(own, { rows, form: "radialBasis" }, respond(own));
      return [{ params: [c, u].filter((one) => one !== undefined), block }];
    },
    response: (context) => respond(context as unknown as MetricContext).part,
    example: () => ({
      module: radialBasis(2, 2),
      inputs: denseExample().inputs,
    }),
  });
}

/** Returns the units' response, which z is the derivative of. There is no activation in between. */
function respond(context: MetricContext) {
  return unitResponse({ ...context, preActivation: context.response as Node }, null, "unit");
}
