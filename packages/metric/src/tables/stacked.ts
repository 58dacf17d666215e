import { type Node, reshape, type Variable } from "@metrigrad/graph";
import { type AnyModule, type Application, nodesOf, type ResponsePart } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { factorGram } from "../blocks/gram.ts";
import { checkOptions } from "../core/arguments.ts";
import { modelResponses, ownResponses, reaches } from "../core/members.ts";
import { bySample, factorsOf, fisherColumns, pulledBack } from "../core/propagate.ts";
import { type Assigned, checkTable, type MetricTable } from "../core/table.ts";
import { gramOptions, type Layer, layersOf } from "./affine.ts";
import { actAlone, addedBlock, byParameters } from "./merged.ts";
import { fullMetrics } from "./standard.ts";

/**
 * Options of {@link stackedMetrics}.
 *
 * @category Metrics: tables
 */
export interface StackedOptions {
  /** The number of layers of a subsystem: 2 by default, Infinity for the response of the model. */
  readonly layers?: number;
  /** Modules whose responses end a subsystem, such as the last one of a generator; none by default. */
  readonly ends?: readonly AnyModule[];
  /** The table with the forms of the last layers and of what does not act as X̃W; {@link fullMetrics} by default. */
  readonly metrics?: MetricTable;
}

/**
 * Makes a table in which uses X̃W take the response of a layer further on: g^y(W_l) = E[J'F_rJ ⊗ x̃x̃'] with
 * J = ∂r/∂t_l.
 *
 * For two layers with h = f(t) and o = C'h̃ that is (D C G_o C' D) ⊗ x̃x̃' with D = diag f'(t). For more layers the
 * metric is propagated back: g^y(h_{l−1}) = (∂h_l/∂h_{l−1})' g^y(h_l) (∂h_l/∂h_{l−1}). A layer that several layers
 * read has the responses of all of them. The parameters of the later layers are held fixed. With `layers: Infinity`
 * each block is that of the whole model's Fisher information. Samples must not mix, so batch normalisation between
 * the layers is exact in inference mode only.
 *
 * When a model is applied, `ends` that it does not have throw a MetricError.
 *
 * @param options - The depth, the ends and the table of other parameters.
 * @returns The table.
 * @throws {@link MetricError} for `layers` below 1, and for unknown options.
 * @category Metrics: tables
 */
export function stackedMetrics(options: StackedOptions = {}): MetricTable {
  checkOptions("stackedMetrics", options, ["layers", "ends", "metrics"]);
  const { layers: depth = 2, ends = [], metrics: base = fullMetrics } = options;
  checkTable("stackedMetrics", base);
  if (!(depth === Number.POSITIVE_INFINITY || (Number.isInteger(depth) && depth >= 1))) {
    throw new MetricError({
      where: "stackedMetrics",
      must: "a subsystem must have at least one layer, a whole number or Infinity",
      got: String(depth),
      todo: "pass { layers: 2 }, or Infinity for the response of the model",
    });
  }
  return base.choosing(`stacked ${depth} layers`, (applications) => {
    const layers = layersOf(applications);
    checkEnds(ends, layers);
    const responsesOf = responsesAhead(applications, layers, { depth, ends, base });
    return byParameters(layers).flatMap((group): Assigned[] => {
      if (!actAlone(group, applications)) return [];
      const found = new Map(group.map((layer) => [layer, responsesOf(layer)]));
      // The last layers of subsystems have forms of their own.
      if (![...found.values()].every((own) => own !== null)) return [];
      return [
        {
          params: group[0].use.parameters as readonly Variable[],
          source: "J'F_rJ ⊗ x̃x̃' by metric back-propagation",
          block: () => addedBlock(group, (layer) => aheadBlock(layer, found.get(layer) ?? [])),
          responses: () => group.flatMap((layer) => found.get(layer) ?? []),
        },
      ];
    });
  });
}

function aheadBlock(layer: Layer, responses: readonly ResponsePart[]) {
  const [rows = 0, m = 0] = layer.t.shape;
  const columns = responses.map((part) => {
    const own = bySample(fisherColumns(part), layer.samples);
    const one = pulledBack(part.natural, own, [layer.use.outputs])[0] as Node;
    return reshape(one, [one.shape[0] as number, rows, m]);
  });
  // The weights of samples are included in those of the responses.
  return factorGram(layer.x, factorsOf(columns), { ...gramOptions(layer), weights: null });
}

/** Returns the responses that end the subsystem of a layer; null if the subsystem is the layer alone. */
function responsesAhead(
  applications: readonly Application[],
  layers: readonly Layer[],
  { depth, ends, base }: { depth: number; ends: readonly AnyModule[]; base: MetricTable },
): (layer: Layer) => readonly ResponsePart[] | null {
  const readers = directReaders(layers);
  const whole = modelResponses(applications, base);
  const isEnd = ({ application }: Layer) => ends.includes(application.module);
  return (layer) => {
    const last = layersAt(layer, depth, readers, isEnd);
    if (last.length === 1 && last[0] === layer) {
      if (depth !== Number.POSITIVE_INFINITY || isEnd(layer)) return null;
      const own = whole.filter(({ natural }) => reaches(layer.use.outputs, natural));
      const direct = own.every(({ natural }) => ownOutput(layer, natural));
      return own.length === 0 || direct ? null : own;
    }
    const open = depth === Number.POSITIVE_INFINITY && !last.some(isEnd);
    if (open) {
      const own = whole.filter(({ natural }) => reaches(layer.use.outputs, natural));
      return own.length === 0 ? null : own;
    }
    const seen = [...new Set(last.map(({ application }) => application))];
    return seen.flatMap((application) => ownResponses(application, base));
  };
}

/** Whether the response is that of the layer's own application. */
function ownOutput({ application }: Layer, natural: Node): boolean {
  return nodesOf(application.response).some((node) => reaches(node, natural) && node === natural);
}

/** Returns for every layer the layers that read its response with no other layer in between. */
function directReaders(layers: readonly Layer[]): ReadonlyMap<Layer, readonly Layer[]> {
  const makers = new Map<Node, Layer>(layers.map((layer) => [layer.use.product, layer]));
  const readers = new Map<Layer, Set<Layer>>(layers.map((layer) => [layer, new Set()]));
  for (const layer of layers) {
    const seen = new Set<Node>();
    const open: Node[] = [layer.use.rows];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const maker = makers.get(node);
      if (maker === undefined) open.push(...node.inputs);
      else readers.get(maker)?.add(layer);
    }
  }
  return new Map([...readers].map(([layer, found]) => [layer, [...found]]));
}

/**
 * Returns the layers that end the subsystem of a layer: `depth` layers in a row, fewer at ends and at the model's
 * output.
 */
function layersAt(
  layer: Layer,
  depth: number,
  readers: ReadonlyMap<Layer, readonly Layer[]>,
  isEnd: (layer: Layer) => boolean,
): readonly Layer[] {
  const last = new Set<Layer>();
  const seen = new Set<Layer>([layer]);
  let front: readonly Layer[] = [layer];
  for (let left = depth - 1; front.length > 0; left--) {
    const next = new Set<Layer>();
    for (const one of front) {
      const ahead = readers.get(one) ?? [];
      if (left <= 0 || ahead.length === 0 || isEnd(one)) last.add(one);
      else for (const reader of ahead) if (!seen.has(reader)) next.add(reader);
    }
    for (const one of next) seen.add(one);
    front = [...next];
  }
  return [...last];
}

function checkEnds(ends: readonly AnyModule[], layers: readonly Layer[]): void {
  for (const end of ends) {
    if (layers.some(({ application }) => application.module === end)) continue;
    throw new MetricError({
      where: "stackedMetrics, ends",
      must: "they must be layers of the model that act as X̃W",
      got: end.definition.spec.name,
      todo: "pass modules as they stand in the model",
    });
  }
}
