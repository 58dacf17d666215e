import { gaussian, type Law, nodesOf, type RowLaw } from "@metrigrad/nn";
import { jacobianGram } from "../blocks/gram.ts";
import { withRowFloats } from "../blocks/rowFloats.ts";
import { workOf } from "../blocks/workOf.ts";
import { checkIsLaw, checkOptions } from "./arguments.ts";
import { weighted } from "./context.ts";
import {
  checkDescribed,
  type Described,
  describedName,
  type Metric,
  type MetricContext,
} from "./defMetric.ts";
import { groupRows } from "./groupRows.ts";
import { asRows } from "./members.ts";
import { checkSamplesApart } from "./samplesApart.ts";

/**
 * Options of {@link autoMetric}.
 *
 * @category Metrics: own metrics
 */
export interface AutoMetricOptions {
  /** The law of the response, used where the model names none; gaussian(1) by default. */
  readonly law?: Law;
}

/**
 * Makes a row that computes the metric J'F_rJ exactly by automatic differentiation, for modules without a closed
 * form.
 *
 * J is the Jacobian of one sample's response by all parameters of the module, and F_r is the law's Fisher
 * information. It takes one pullback per sample for each element of the response, and keeps as many rows over all
 * parameters. {@link explain} shows the bytes and the multiply-adds. Each response must depend on one sample of the
 * input only. While a model is applied, a module that mixes samples, such as by statistics of the batch, is refused
 * with a MetricError.
 *
 * @param of - A kind of module, one module, or a kind of use.
 * @param options - The law of the response.
 * @returns A row for a table.
 * @throws {@link MetricError} if `of` is none of these, for unknown options, and if the law is no law.
 * @category Metrics: own metrics
 */
export function autoMetric(of: Described, options: AutoMetricOptions = {}): Metric {
  checkDescribed("autoMetric", of);
  checkOptions("autoMetric", options, ["law"]);
  const given = options.law ?? null;
  checkIsLaw("autoMetric", given);
  const responses = (context: MetricContext) => {
    const law = context.law ?? given;
    if (law !== null) return weighted(law.parts(context.response as never), context);
    const natural = asRows(context.response as never);
    return weighted([{ law: gaussian() as RowLaw, natural, weights: null }], context);
  };
  return Object.freeze({
    of,
    source: "J'F_rJ by automatic differentiation",
    block: (context: MetricContext) => {
      const { application, response } = context;
      checkSamplesApart(`autoMetric of ${describedName(of)}`, [application], nodesOf(response));
      const parts = responses(context);
      const { params, rows } = groupRows([context.application], parts);
      const [only] = params;
      const size = rows.shape[2] as number;
      const shape = params.length === 1 && only?.shape.length === 2 ? only.shape : [size, 1];
      const block = jacobianGram(rows, { shape: shape as [number, number] });
      const work = workOf([rows], nodesOf(response));
      return [{ params, block: withRowFloats(block, 0, work), responses: () => parts }];
    },
    response: responses,
    example: null,
  } satisfies Metric);
}
