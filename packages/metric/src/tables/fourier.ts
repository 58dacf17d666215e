import type { Node } from "@metrigrad/graph";
import { fourierFeatures, gaussian, type ResponsePart, type RowLaw } from "@metrigrad/nn";
import { sharedGram } from "../blocks/gram.ts";
import { autoMetric } from "../core/autoMetric.ts";
import { weighted } from "../core/context.ts";
import { defMetric, type Metric, type MetricContext } from "../core/defMetric.ts";
import { asRows } from "../core/members.ts";
import { denseExample } from "./linear.ts";

/**
 * Trained frequencies of Fourier features: (cos 2πt, sin 2πt) ~ N(·, I) has the derivative 2π(−sin, cos) by t = b'x, whose square is
 * 4π² everywhere, so 4π²E[xx'] serves all frequencies. Where another law of the response is known, as `autoMetric`.
 * @returns a row for a table
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
