import {
  gradientReach,
  insideLoop,
  type Node,
  showNode,
  structuralOps,
  topological,
  type Variable,
  weightUses,
} from "@metrigrad/graph";
import { type Application, nodesOf, type Use } from "@metrigrad/nn";
import { MetricError, sizeOf } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { withRowFloats } from "../blocks/rowFloats.ts";
import { workOf } from "../blocks/workOf.ts";
import { addBlocks } from "../core/addBlocks.ts";
import { checkNotAmong } from "../core/members.ts";
import { type ObservedPart, observedParts } from "../core/observedParts.ts";
import { exactColumns } from "../core/propagate.ts";
import { checkSamplesApart } from "../core/samplesApart.ts";
import type { Assigned } from "../core/table.ts";
import { type Factors, type PartUses, useMoments } from "../core/useMoments.ts";
import type { Layer } from "./affine.ts";
import { isApart, type ResponseOptions, scoreColumns } from "./outputFactors.ts";

/** What blocks by every use are made of. */
export interface EveryUse {
  readonly where: string;
  readonly source: string;
  readonly samples: ResponseOptions["samples"];
  readonly blockOf: (factors: Factors) => Block;
}

/**
 * Returns the weights that must be followed through every use on the way to the observed values.
 *
 * That is so if the values are over several batches, or are reached past the outputs of layers, as by derivatives by
 * the inputs. Null means that the outputs of the layers are enough.
 */
export function weightsPast(
  applications: readonly Application[],
  layers: readonly Layer[],
): readonly Variable[] | null {
  const observed = applications[0]?.observed() ?? [];
  if (observed.length === 0) return null;
  const resident = applications.flatMap(residentUses);
  const weights = [
    ...new Set([...layers.map(({ use }) => use), ...resident].map((use) => use.parameters[0])),
  ] as Variable[];
  if (resident.length > 0 || new Set(layers.map(({ samples }) => samples)).size > 1) return weights;
  // The outputs of layers do not show how much each part counts.
  if (new Set(observed.map(({ weight }) => weight)).size > 1) return weights;
  const outputs = new Set(layers.map(({ use }) => use.outputs));
  const parameters = new Set<Node>(layers.filter(isApart).flatMap(({ use }) => use.parameters));
  const past = observed
    .flatMap(({ output, law }) => law.parts(output as never))
    .some(({ natural }) =>
      [...gradientReach(natural, outputs)].some((node) => parameters.has(node)),
    );
  return past ? weights : null;
}

/** Returns products of weights with points that are held in variables. Modules do not take such points for samples. */
function residentUses({ uses, inputs }: Application): Use[] {
  const points = new Set(nodesOf(inputs).filter((one) => !topological([one]).some(isFed)));
  return uses.filter(({ kind, consumers, parameters }) => {
    if (kind !== "free" || parameters.length !== 1) return false;
    return consumers.every(([node, at]) => {
      const product = node.op === structuralOps.matmul || node.op === structuralOps.affine;
      return product && topological([node.inputs[1 - at] as Node]).some((one) => points.has(one));
    });
  });
}

const isFed = ({ op }: Node) => op.name === "input";

/**
 * Makes blocks of weights by all of their uses on the way to the observed values.
 *
 * Each is a product of factors for the uses of W, and one for the uses of W' if there are any.
 */
export function byEveryUse(
  applications: readonly Application[],
  weights: readonly Variable[],
  { where, source, samples, blockOf }: EveryUse,
): Assigned[] {
  const parts = observedParts(where, applications);
  const pathOf = (weight: unknown) => applications[0]?.pathOf(weight as Variable) ?? "a weight";
  const other = (got: string, weight: unknown) =>
    new MetricError({
      where: `${where} of ${pathOf(weight)}`,
      must: "a weight must act on samples in products, or by its rows in element-wise ops",
      got,
      todo: "take observedMetrics(), which follows every path",
    });
  const split = applications
    .flatMap(({ uses }) => uses)
    .find((use) => use.kind === "affine" && use.parameters.length > 1);
  if (split !== undefined)
    throw other("a bias that is a parameter of its own", split.parameters[0]);
  const exits = new Set(applications.flatMap(({ response }) => nodesOf(response)));
  for (const { part } of parts) {
    const reached = gradientReach(part.natural, exits);
    for (const one of applications) {
      const others = Object.values(one.trained).filter((param) => !weights.includes(param));
      checkNotAmong(reached, one, others);
    }
  }
  const usesOfPart = (one: ObservedPart, index: number): PartUsesOf => {
    const { part, inputs, samples: n, sampleWeights, share } = one;
    const own = applications.filter((application) => application.samples === n);
    checkSamplesApart(where, own, [part.natural]);
    const looped = topological([part.natural]).some((node) => insideLoop(node) !== null);
    if (looped) throw other("a loop", weights[0]);
    const columns =
      samples === undefined
        ? exactColumns(where, part, n, "draws of them, { samples: 1 }")
        : scoreColumns(part, samples, `response${index}`);
    const asked = { inputs, samples: n, columns };
    const found = weightUses(where, part.natural, weights, {
      ...asked,
      other: (node, weight) => other(showNode(node), weight),
    });
    return (weight) => ({ uses: found.get(weight) ?? [], samples: n, sampleWeights, share });
  };
  const made = parts.map(usesOfPart);
  const usesOf = new Map(weights.map((weight) => [weight, made.map((of) => of(weight))]));
  const works = worksOf(
    usesOf,
    parts.map(({ part }) => part.natural),
  );
  return weights.map((weight): Assigned => {
    const own = usesOf.get(weight) as PartUses[];
    const work = works.get(weight) as number;
    return {
      params: [weight],
      source: `${source}, by every use`,
      block: () => withRowFloats(blockOfUses(weight, own, blockOf), floatsOf(own), work),
      responses: () => parts.map(({ part }) => part),
      rows: {
        work,
        fewer: samples === 1 ? null : `draws of the responses, ${where}({ samples: 1 })`,
      },
    };
  });
}

type PartUsesOf = (weight: Variable) => PartUses;

function blockOfUses(
  { shape }: Variable,
  parts: readonly PartUses[],
  blockOf: (factors: Factors) => Block,
): Block {
  const ways = [false, true].filter((way) =>
    parts.some(({ uses }) => uses.some(({ transposed }) => transposed === way)),
  );
  const order = shape as readonly [d: number, m: number];
  const all = ways.length === 0 ? [false] : ways;
  return addBlocks(all.map((way) => blockOf(useMoments(order, parts, way)))) as Block;
}

function floatsOf(parts: readonly PartUses[]): number {
  const uses = parts.flatMap((one) => one.uses);
  return uses.reduce((sum, { cotangents }) => sum + sizeOf(cotangents.shape), 0);
}

/**
 * Returns the multiply-adds of the rows of each weight, beyond those of the weights after it, and of their matrices.
 */
function worksOf(
  usesOf: ReadonlyMap<Variable, readonly PartUses[]>,
  responses: readonly Node[],
): ReadonlyMap<Variable, number> {
  const known = [...responses];
  const works = new Map<Variable, number>();
  for (const [weight, parts] of [...usesOf].toReversed()) {
    const uses = parts.flatMap((one) => one.uses);
    const rows = uses.flatMap(({ inputs, cotangents }) => [inputs, cotangents]);
    const grams = rows.reduce(
      (sum, { shape }) => sum + sizeOf(shape) * (shape.at(-1) as number),
      0,
    );
    works.set(weight, workOf(rows, known) + grams / 2);
    known.push(...rows);
  }
  return works;
}
