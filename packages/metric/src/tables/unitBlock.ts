import {
  elementwiseDerivative,
  expandDims,
  fill,
  mul,
  type Node,
  reshape,
  square,
  transpose,
} from "@metrigrad/graph";
import { type Activation, gaussian, type ResponsePart, type RowLaw } from "@metrigrad/nn";
import type { Block } from "../blocks/block.ts";
import { columnGram } from "../blocks/columnGram.ts";
import { factorGram, jacobianGram, sharedGram, unitGram } from "../blocks/gram.ts";
import { root } from "../blocks/rowWeights.ts";
import { weighted } from "../core/context.ts";
import type { MetricContext } from "../core/defMetric.ts";
import { asRows } from "../core/members.ts";
import { standardUnitRows, unitRowOf } from "./neuron.ts";

/** The derivatives ∂t_j/∂θ_j of units whose parameters are the columns [d, m] of a block. */
export interface UnitDerivatives {
  /**
   * The rows: x [rows, d] that all units share, [rows, d − 1] with `bias`, or [m, rows, d] if each unit has its own.
   */
  readonly rows: Node;
  readonly bias?: boolean;
  /** The form of the block, for `explain`. */
  readonly form: string;
}

/** What the units respond with. */
export interface UnitResponse {
  /** The response, without the weights of samples and mixtures. */
  readonly part: ResponsePart;
  /** The weights ν [rows, m] of the units' own law; null if the law's Fisher information gives them. */
  readonly nu: Node | null;
  /** The derivative ∂natural/∂t [rows, m]; null if it is 1. */
  readonly slope: Node | null;
}

/**
 * What a row is about: "linear" is t ~ N(·, I) whatever the activation is, "unit" is the unit's own response.
 *
 * @category Metrics: tables
 */
export type UnitsAt = "linear" | "unit";

/**
 * Returns the response of units h = f(t) on [n, …, m].
 *
 * It is t under gaussian(1) if the row is linear, h under the known law, else the neuron's own response.
 */
export function unitResponse(
  context: MetricContext,
  activation: Activation | null,
  at: UnitsAt,
): UnitResponse {
  const t = asRows(context.preActivation);
  const h = asRows(context.response as Node);
  const one = (law: RowLaw, natural: Node): ResponsePart => ({ law, natural, weights: null });
  if (at === "linear") return { part: one(gaussian() as RowLaw, t), nu: null, slope: null };
  const slope = activation === null ? null : elementwiseDerivative(activation)(t);
  const known = rowLawOf(context, h);
  if (known !== null) return { part: one(known, h), nu: null, slope };
  if (activation === null) return { part: one(gaussian() as RowLaw, h), nu: null, slope: null };
  const { law, natural, nu } = unitRowOf(activation, standardUnitRows);
  return { part: one(law as RowLaw, natural(t)), nu: nu(t), slope: null };
}

/** Returns the law of the rows of a response; null if none is known, or if it is about other rows. */
export function rowLawOf(context: MetricContext, h: Node): RowLaw | null {
  if (context.law === null) return null;
  const [part, ...others] = context.law.parts(context.response as never);
  const { shape } = part?.natural ?? h;
  const same = shape.length === h.shape.length && shape.every((size, k) => size === h.shape[k]);
  return part !== undefined && others.length === 0 && same && part.weights === null
    ? part.law
    : null;
}

/** Makes the block of units over columns [d, m]. */
export function unitBlock(
  context: MetricContext,
  { rows, bias = false, form }: UnitDerivatives,
  { part, nu, slope }: UnitResponse,
): Block {
  const { samples } = context;
  const { law, natural, weights } = weighted([part], context)[0] as ResponsePart;
  const own = rows.shape.length === 3;
  const m = natural.shape[1] as number;
  const { fisherDiagonal } = law;
  const common = { weights, samples };
  if (nu === null && slope === null && typeof fisherDiagonal === "number") {
    const by = { ...common, weight: fisherDiagonal };
    return own ? columnGram(rows, { ...by, form }) : sharedGram(rows, m, { ...by, bias });
  }
  const diagonal = nu ?? (fisherDiagonal === null ? null : diagonalOf(fisherDiagonal, natural));
  if (diagonal !== null) {
    const all = slope === null ? diagonal : mul(diagonal, square(slope));
    if (!own) return unitGram(rows, all, { ...common, bias });
    return columnGram(mul(rows, expandDims(transpose(root(all)), 2)), { ...common, form });
  }
  const columns = law.fisherRoot(natural);
  const factors = slope === null ? columns : mul(columns, expandDims(slope, 2));
  if (!own) return factorGram(rows, factors, { ...common, bias });
  const [, count = 0, d = 0] = rows.shape;
  const r = factors.shape[2] as number;
  const left = reshape(transpose(rows, [1, 2, 0]), [count, 1, d, m]);
  const right = reshape(transpose(factors, [0, 2, 1]), [count, r, 1, m]);
  return jacobianGram(mul(left, right), { ...common, shape: [d, m] });
}

function diagonalOf(diagonal: number | ((h: Node) => Node), h: Node): Node {
  return typeof diagonal === "function" ? diagonal(h) : fill(h.shape, diagonal);
}
