import type { Node } from "@metrigrad/graph";
import { type AffineUse, type Application, outputRows, sampleSums, type Use } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { transposedBlock } from "../blocks/transposedBlock.ts";
import { contextOf, innerRows, type WeightContext, weightsOfRows } from "../core/context.ts";
import type { BlockOf } from "../core/defMetric.ts";

/**
 * How the rows of one sample count, such as positions and time steps (Eschenhagen et al. 2023).
 *
 * - `"expand"`: they are independent responses, whose information adds up.
 * - `"reduce"`: they are one response, their sum.
 *
 * @category Metrics: tables
 */
export type Sharing = "expand" | "reduce";

/** Throws MetricError unless the value is a way of sharing. */
export function checkSharing(where: string, sharing: Sharing): void {
  if (sharing === "expand" || sharing === "reduce") return;
  throw new MetricError({
    where,
    must: 'sharing must be "expand" or "reduce"',
    got: String(sharing),
    todo: "leave it out for independent positions",
  });
}

/** One affine use of parameters, as blocks are made of it. */
export interface Layer {
  readonly application: Application;
  readonly use: AffineUse;
  /** The rows: x [rows, d − 1] with a bias, else [rows, d]. */
  readonly x: Node;
  /** The outputs T [rows, m], on the way to the loss. */
  readonly t: Node;
  /** The number of units. */
  readonly m: number;
  readonly samples: number;
  /** The weights of the rows: with mean 1 over samples, times those of a mixture; null if all are 1. */
  readonly weights: Node | null;
  /**
   * Its place if it is one of the copies in a loop. Derivatives by its outputs are then slices of those by the
   * outputs of all copies.
   */
  readonly copy: { readonly stack: Node; readonly at: number } | null;
}

/** Describes an affine use as a layer. */
export function layerOf(context: WeightContext, use: AffineUse): Layer {
  const { application, samples } = context;
  const t = outputRows(use);
  const [rows = 0, m = 0] = t.shape;
  // Rows that do not belong to samples, such as those of fixed prototypes, are samples themselves.
  const own = rows % samples === 0 ? samples : rows;
  const weights = own === samples ? weightsOfRows(context, use.rows) : null;
  return { application, use, x: use.rows, t, m, samples: own, weights, copy: null };
}

/**
 * Returns the affine uses of an applied model, in order.
 *
 * If rows are about a layer's own response, the uses in a mixture count by their gates. The response of the model has
 * the gates on the way to it.
 */
export function layersOf(
  applications: readonly Application[],
  response: "own" | "model" = "model",
): Layer[] {
  return applications.flatMap((application) => {
    const own = contextOf(application);
    const context = response === "own" ? own : { ...own, routing: null };
    return application.uses.flatMap((use) =>
      use.kind === "affine" ? [layerOf(context, use)] : [],
    );
  });
}

/** Returns what gram blocks of a layer take in addition to rows and weights of units. */
export function gramOptions({ use, weights, samples }: Layer) {
  return { bias: use.bias, outputs: use.outputs, weights, samples };
}

/** Returns T of a layer added up over the positions of a sample: the response that the sums are about. */
export function reducedOutputs(layer: Layer): Node {
  return sampleSums(layer.t, layer.samples, innerOf(layer));
}

/** Returns which rows of a layer belong to which sample: row r belongs to sample ⌊r/inner⌋ mod n. */
export function innerOf({ application, use, samples }: Layer): number {
  return innerRows(application, use.rows, samples);
}

/** Returns a block over the columns [d, m] of a use as a row returns it: transposed if the use is of W'. */
export function blockOfUse(use: AffineUse, block: Block): BlockOf {
  return {
    params: use.parameters as BlockOf["params"],
    block: use.transposed ? transposedBlock(block) : block,
  };
}

/** Returns the use that a row of `affineUses` is called with. Throws MetricError for another use. */
export function asAffine(use: Use | null): AffineUse {
  if (use?.kind === "affine") return use;
  throw new MetricError({
    where: "a row of affine uses",
    must: "it must be called with a use T = X̃W",
    got: use === null ? "none" : use.kind,
    todo: "put it into a table, which finds the uses",
  });
}
