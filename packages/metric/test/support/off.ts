import { mul } from "@metrigrad/graph";
import { denseBlock, type Metric } from "@metrigrad/metric";

/** A metric whose matrices are all some factor too large. */
export function timesFactor(metric: Metric, factor: number): Metric {
  return {
    ...metric,
    block: (context, use) =>
      metric.block(context, use).map((one) => {
        const { block } = one;
        if (block === null) return one;
        const { m, form, columns } = block;
        return { ...one, block: denseBlock(mul(block.toMatrices(), factor), m, form, columns) };
      }),
  };
}
