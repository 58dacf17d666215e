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

/** Options of `autoMetric`. */
export interface AutoMetricOptions {
  /** The law of the response, where the model names none; gaussian(1) by default. */
  readonly law?: Law;
}

/**
 * A row that computes J'F_rJ exactly by automatic differentiation, for a kind of module (or one
 * module) without a closed form: J is the Jacobian of the response by all its parameters, sample by
 * sample, and F_r the law's Fisher information. It costs a pullback per sample for each element of the
 * response, and keeps as many rows of all parameters: `explain` says how many bytes and multiply-adds. Its response must
 * depend on its input sample by sample; modules that mix samples are refused.
 * @param of a kind of module, or one module
 * @param options the law of the response
 * @returns a row for a table
 * @throws MetricError for what is neither; while a model is applied for a module that mixes samples, as by statistics
 *   of the batch
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
