import { mul } from "@metrigrad/graph";
import type { Metric } from "@metrigrad/metric";

/** A metric whose matrices are all some factor too large. */
export function timesFactor(metric: Metric, factor: number): Metric {
  return {
    ...metric,
    block: (context, use) =>
      metric.block(context, use).map((one) => {
        const { block } = one;
        if (block === null) return one;
        return { ...one, block: { ...block, toMatrices: () => mul(block.toMatrices(), factor) } };
      }),
  };
}
