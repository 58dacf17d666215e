import { concat, fill, mul, type Node, type Variable } from "@metrigrad/graph";
import { type Application, type ResponsePart, sampleSums } from "@metrigrad/nn";
import { MetricError, sizeOf } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { withRowFloats } from "../blocks/rowFloats.ts";
import { transposedBlock } from "../blocks/transposedBlock.ts";
import { workOf } from "../blocks/workOf.ts";
import { addBlocks } from "../core/addBlocks.ts";
import { checkOptions } from "../core/arguments.ts";
import { copiesBlock } from "../core/copies.ts";
import { type Assigned, checkTable, type MetricTable } from "../core/table.ts";
import type { Factors } from "../core/useMoments.ts";
import { checkSharing, innerOf, type Layer, layersOf, type Sharing } from "./affine.ts";
import { byEveryUse, weightsPast } from "./everyUse.ts";
import { firstOfSample, withOnes } from "./linear.ts";
import { actAlone, byParameters, copiedLayers } from "./merged.ts";
import { checkSamples, outputFactors, type ResponseOptions } from "./outputFactors.ts";
import { standardMetrics } from "./standard.ts";

/**
 * Options of the tables of approximations, such as {@link diagonalMetrics}.
 *
 * @category Metrics: tables
 */
export interface ApproximationOptions extends ResponseOptions {
  /**
   * The table with the rows for parameters that do not act as X̃W, and with the laws of last responses;
   * {@link standardMetrics} by default.
   */
  readonly metrics?: MetricTable;
  /** How the rows of one sample count, such as positions; "expand" by default. */
  readonly sharing?: Sharing;
}

/** The names of the options. */
export const approximationNames = ["metrics", "samples", "sharing"] as const;

/** The rows of all uses of a weight, and the model's scores in their outputs. */
export interface LayerRows {
  /** The rows: x [rows, d − 1] with a bias, else [rows, d]. */
  readonly x: Node;
  readonly bias: boolean;
  /** The factors F [rows, m, r] with FF' = E[δδ'], δ = ∂ ln p(y)/∂t. */
  readonly factors: Node;
  /** The weights of the rows; null if all are 1. */
  readonly weights: Node | null;
  readonly samples: number;
}

/**
 * Makes a table in which every use X̃W has an approximation of its block of the whole model's Fisher information.
 *
 * That block is E[x̃x̃' ⊗ FF'] with FF' = E[δδ'] in its outputs t. Uses of one weight are put together. A weight that
 * acts in another way too, such as a table that is looked up, has the rows of the base table. Some weights reach the
 * observed values in other ways than by the outputs of their layers, or in several batches. With `ofFactors` they
 * have a block by all of their uses.
 */
export function approximation(
  name: string,
  source: string,
  options: ApproximationOptions,
  blockOf: (rows: LayerRows) => Block,
  ofFactors: ((factors: Factors) => Block) | null = null,
): MetricTable {
  checkOptions(`metrics.${name}`, options, [...approximationNames, "split"]);
  const { metrics: base = standardMetrics, sharing = "expand", samples } = options;
  checkTable(`metrics.${name}`, base);
  checkSharing(`metrics.${name}`, sharing);
  checkSamples(samples);
  return base.choosing(name, (applications: readonly Application[]) => {
    const groups = byParameters(layersOf(applications));
    const alone = groups.filter((group) => actAlone(group, applications));
    const copied = copiedLayers(applications);
    const layers = [...alone, ...copied.flatMap(({ copies }) => copies)].flat();
    const past = ofFactors === null ? null : weightsPast(applications, layers);
    if (past !== null && ofFactors !== null) {
      const where = `metrics.${name}`;
      checkExpand(where, sharing);
      return byEveryUse(applications, past, { where, source, samples, blockOf: ofFactors });
    }
    if (layers.length === 0) return [];
    const { factors, responses } = outputFactors(applications, layers, base, options);
    const works = layerWorks(layers, factors, responses);
    const total = (own: readonly Layer[], of: (layer: Layer) => number) =>
      own.reduce((sum, layer) => sum + of(layer), 0);
    const workOfRows = (own: readonly Layer[]) => total(own, (layer) => works.get(layer) as number);
    const rowsOf = (own: readonly Layer[]) => {
      const floats = total(own, (layer) => sizeOf((factors.get(layer) as Node).shape));
      const block = blockOf(joinedRows(own, factors, sharing));
      return withRowFloats(block, floats, workOfRows(own));
    };
    const fewer = samples === 1 ? null : `draws of the responses, metrics.${name}({ samples: 1 })`;
    const assigned = (
      params: readonly Variable[],
      own: readonly Layer[],
      block: () => Block,
    ): Assigned => {
      const rows = { work: workOfRows(own), fewer };
      return { params, source, block, responses: () => responses, rows };
    };
    return [
      ...alone.map((group) =>
        assigned(group[0].use.parameters, group, () => bothWays(group, rowsOf)),
      ),
      ...copied.map(({ parameters, copies }) =>
        assigned(parameters, copies.flat(), () =>
          copiesBlock(
            copies.map((own) => bothWays(own, rowsOf)),
            parameters,
          ),
        ),
      ),
    ];
  });
}

/** Throws MetricError unless rows count one by one, if they belong to several kinds of uses. */
function checkExpand(where: string, sharing: Sharing): void {
  if (sharing === "expand") return;
  throw new MetricError({
    where,
    must: 'sharing must be "expand" where weights reach what is observed by several kinds of uses',
    got: JSON.stringify(sharing),
    todo: "leave it out",
  });
}

/**
 * Returns the multiply-adds of the factors of each layer, beyond those of the layers after it, and of the matrices of
 * its rows.
 */
function layerWorks(
  layers: readonly Layer[],
  factors: ReadonlyMap<Layer, Node>,
  responses: readonly ResponsePart[],
): ReadonlyMap<Layer, number> {
  const known = responses.map(({ natural }) => natural);
  const works = new Map<Layer, number>();
  for (const layer of layers.toReversed()) {
    const own = factors.get(layer) as Node;
    const [rows = 0, m = 0, r = 0] = own.shape;
    const d = (layer.x.shape[1] as number) + (layer.use.bias ? 1 : 0);
    works.set(layer, workOf([own], known) + (rows * (d ** 2 + r * m ** 2)) / 2);
    known.push(own);
  }
  return works;
}

/** Makes the block of the uses of W and of those of W'. */
export function bothWays(
  group: readonly Layer[],
  blockOf: (layers: readonly Layer[]) => Block,
): Block {
  const ways = [false, true].map((way) => group.filter(({ use }) => use.transposed === way));
  const [straight = [], transposed = []] = ways;
  const blocks = [
    ...(straight.length > 0 ? [blockOf(straight)] : []),
    ...(transposed.length > 0 ? [transposedBlock(blockOf(transposed))] : []),
  ];
  return addBlocks(blocks) as Block;
}

/** Returns the rows of several uses, one after the other. */
function joinedRows(
  layers: readonly Layer[],
  factors: ReadonlyMap<Layer, Node>,
  sharing: Sharing,
): LayerRows {
  const parts = layers.map((layer) => rowsOfUse(layer, factors.get(layer) as Node, sharing));
  const [first] = parts as [LayerRows];
  if (parts.length === 1) return first;
  const r = Math.max(...parts.map((one) => one.factors.shape[2] as number));
  const weighted = parts.some(({ weights }) => weights !== null);
  return {
    x: concat(
      parts.map(({ x }) => x),
      0,
    ),
    bias: first.bias,
    factors: concat(
      parts.map((one) => padded(one.factors, r)),
      0,
    ),
    weights: weighted
      ? concat(
          parts.map(({ x, weights }) => weights ?? fill([x.shape[0] as number], 1)),
          0,
        )
      : null,
    samples: first.samples,
  };
}

function rowsOfUse(layer: Layer, factors: Node, sharing: Sharing): LayerRows {
  const { x, use, samples, weights } = layer;
  const rows = x.shape[0] as number;
  if (sharing === "expand" || rows === samples) {
    return { x, bias: use.bias, factors, weights, samples };
  }
  // There is one response per sample: the mean of the positions' rows, and the sum of their scores.
  const inner = innerOf(layer);
  const mean = mul(sampleSums(use.bias ? withOnes(x) : x, samples, inner), samples / rows);
  return {
    x: mean,
    bias: false,
    factors: sampleSums(factors, samples, inner),
    weights: weights === null ? null : firstOfSample(weights, samples, inner),
    samples,
  };
}

/** Widens F [n, m, r] by columns of zeros. */
function padded(factors: Node, r: number): Node {
  const [n = 0, m = 0, own = 0] = factors.shape;
  return own === r ? factors : concat([factors, fill([n, m, r - own], 0)], 2);
}
