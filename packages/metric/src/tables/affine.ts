import type { Node } from "@metrigrad/graph";
import { type AffineUse, type Application, outputRows, sampleSums, type Use } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { transposedBlock } from "../blocks/transposedBlock.ts";
import { contextOf, innerRows, type WeightContext, weightsOfRows } from "../core/context.ts";
import type { BlockOf } from "../core/defMetric.ts";

/**
 * Whether the rows of one sample, such as positions and time steps, are independent responses that add
 * up ("expand"), or one response of their sum ("reduce") (Eschenhagen et al. 2023).
 */
export type Sharing = "expand" | "reduce";

/** Throws MetricError for what is no way of sharing. */
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
  /** x [rows, d − 1] with a bias, else [rows, d]. */
  readonly x: Node;
  /** T [rows, m], on the way to the loss. */
  readonly t: Node;
  /** Units. */
  readonly m: number;
  readonly samples: number;
  /** Weights of the rows: with mean 1 over samples, times those of a mixture; null: all 1. */
  readonly weights: Node | null;
  /** Where it is one of copies in a loop: derivatives by its outputs are slices of those by the outputs of all. */
  readonly copy: { readonly stack: Node; readonly at: number } | null;
}

/** An affine use as a layer. */
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
 * The affine uses of an applied model, in order. Those of a mixture's parts count by their gates where rows are about a
 * layer's own response; the response of the model has the gates on the way to it.
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

/** What gram blocks of a layer take beside rows and weights of units. */
export function gramOptions({ use, weights, samples }: Layer) {
  return { bias: use.bias, outputs: use.outputs, weights, samples };
}

/** T of a layer added up over the positions of a sample: the response that the sums are about. */
export function reducedOutputs(layer: Layer): Node {
  return sampleSums(layer.t, layer.samples, innerOf(layer));
}

/** Which rows of a layer belong to which sample: row r to ⌊r/inner⌋ mod n. */
export function innerOf({ application, use, samples }: Layer): number {
  return innerRows(application, use.rows, samples);
}

/** A block over the columns [d, m] of a use as what a row returns: over W' where the use is of W'. */
export function blockOfUse(use: AffineUse, block: Block): BlockOf {
  return {
    params: use.parameters as BlockOf["params"],
    block: use.transposed ? transposedBlock(block) : block,
  };
}

/** The use that a row of `affineUses` is called with. */
export function asAffine(use: Use | null): AffineUse {
  if (use?.kind === "affine") return use;
  throw new MetricError({
    where: "a row of affine uses",
    must: "it must be called with a use T = X̃W",
    got: use === null ? "none" : use.kind,
    todo: "put it into a table, which finds the uses",
  });
}
