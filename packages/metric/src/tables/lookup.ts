import { cast, mul, type Node, reshape } from "@metrigrad/graph";
import { gaussian, type LookupUse, type RowLaw, type Use } from "@metrigrad/nn";
import { MetricError, sizeOf } from "@metrigrad/tensor";
import { lookupGram } from "../blocks/lookupGram.ts";
import { checkOptions } from "../core/arguments.ts";
import { weightsOfRows } from "../core/context.ts";
import type { Metric, MetricContext } from "../core/defMetric.ts";
import { lookupUses } from "../core/useKinds.ts";
import { lookupExample } from "./lookupExample.ts";

/**
 * Options of {@link lookupRows}.
 *
 * @category Metrics: tables
 */
export interface LookupRowsOptions {
  /** The standard deviation σ of the response; 1 by default. The metric is divided by σ². */
  readonly sigma?: number;
}

/**
 * Makes the row of a table that is looked up by index, such as an embedding: σ⁻² times how often each row is looked
 * up per sample.
 *
 * The rows x̃ are unit vectors, so the metric is diagonal. It is solved without a matrix.
 *
 * @param options - σ.
 * @returns A row for a table.
 * @throws {@link MetricError} for unknown options.
 * @throws {@link ShapeError} if σ is not a positive number.
 * @category Metrics: tables
 */
export function lookupRows(options: LookupRowsOptions = {}): Metric {
  checkOptions("lookupRows", options, ["sigma"]);
  const { sigma = 1 } = options;
  const law = gaussian({ sigma }) as RowLaw;
  return Object.freeze({
    of: lookupUses,
    source: "σ⁻² counts per row of the table",
    block: (context, use) => {
      const own = asLookup(use);
      return [{ params: own.parameters, block: lookupBlock(context, own, sigma ** -2) }];
    },
    response: (_, use) => {
      const { outputs, parameters } = asLookup(use);
      return [{ law, natural: reshape(outputs, [-1, width(parameters[0])]), weights: null }];
    },
    example: lookupExample,
  } satisfies Metric);
}

/** Returns the number of elements of one row of a table. */
function width(table: Node): number {
  return sizeOf(table.shape.slice(1));
}

function lookupBlock(
  context: MetricContext,
  { indices, kept, parameters: [table] }: LookupUse,
  factor: number,
) {
  const { samples } = context;
  const count = sizeOf(indices.shape);
  const flat = reshape(indices, [count]);
  const n = count % samples === 0 ? samples : count;
  const given = n === samples ? weightsOfRows(context, flat) : null;
  const counted = kept === null ? null : cast(reshape(kept, [count]), "float");
  const weights = given === null || counted === null ? (given ?? counted) : mul(given, counted);
  const shape = [table.shape[0] as number, width(table)] as const;
  return lookupGram(flat, { shape, weight: factor, weights, samples: n });
}

function asLookup(use: Use | null): LookupUse {
  if (use?.kind === "lookup") return use;
  throw new MetricError({
    where: "a row of lookup uses",
    must: "it must be called with a use of rows by index",
    got: use === null ? "none" : use.kind,
    todo: "put it into a table, which finds the uses",
  });
}
