import type { Node } from "@metrigrad/graph";
import { fourierFeatures, gaussian, type ResponsePart, type RowLaw } from "@metrigrad/nn";
import { sharedGram } from "../blocks/gram.ts";
import { autoMetric } from "../core/autoMetric.ts";
import { weighted } from "../core/context.ts";
import { defMetric, type Metric, type MetricContext } from "../core/defMetric.ts";
import { asRows } from "../core/members.ts";
import { denseExample } from "./linear.ts";

/**
 * Makes the row of Fourier features with trained frequencies: 4π²E[xx'], one matrix for all frequencies.
 *
 * The response is (cos 2πt, sin 2πt) ~ N(·, I) with t = b'x. Its derivative 2π(−sin, cos) by t has the square 4π²
 * everywhere. If another law of the response is known, the row is as {@link autoMetric}.
 *
 * @returns A row for a table.
 * @nothrow
 * @category Metrics: tables
 */
export function fourierRows(): Metric {
  const exact = autoMetric(fourierFeatures);
  const own = (context: MetricContext) => context.law === null || context.law === gaussian();
  return defMetric(fourierFeatures, {
    source: "4π²E[xx'] for all frequencies",
    block: (given) => {
      const context = given as unknown as MetricContext;
      if (!own(context)) return exact.block(context, null);
      const { weights } = weighted([responseOf(context)], context)[0] as ResponsePart;
      const { options, params, samples } = given;
      const block = sharedGram(asRows(given.reference), options.features, {
        bias: false,
        weight: 4 * Math.PI ** 2,
        weights,
        samples,
      });
      return [{ params: [params.b], block }];
    },
    response: (given) => {
      const context = given as unknown as MetricContext;
      return own(context)
        ? responseOf(context)
        : (exact.response as never as (c: unknown) => ResponsePart)(context);
    },
    example: () => ({
      module: fourierFeatures(2, 2, { sigma: 0.3, trainable: true }),
      inputs: denseExample().inputs,
    }),
  });
}

function responseOf({ response }: MetricContext): ResponsePart {
  return { law: gaussian() as RowLaw, natural: asRows(response as Node), weights: null };
}
