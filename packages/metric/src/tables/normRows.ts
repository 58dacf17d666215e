import {
  concat,
  div,
  expandDims,
  fill,
  matmul,
  mul,
  type Node,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  transpose,
  type Variable,
  vjp,
} from "@metrigrad/graph";
import { type DenseOptions, spectralNorm, weightNorm } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { deflatedBlock } from "../blocks/deflatedBlock.ts";
import { checkOptions } from "../core/arguments.ts";
import { defMetric, type Metric, type MetricContext } from "../core/defMetric.ts";
import { asRows } from "../core/members.ts";
import { denseExample } from "./linear.ts";
import { type UnitsAt, unitBlock, unitResponse } from "./unitBlock.ts";

/**
 * Options of {@link weightNormRows} and {@link spectralNormRows}.
 *
 * @category Metrics: tables
 */
export interface NormRowsOptions {
  /**
   * What the units respond with; "unit" by default.
   *
   * With "linear" it is t ~ N(X̃W, I), as for {@link linearRows}. With "unit" it is f(t) under what is observed of
   * it, else under the law of its activation, as for {@link likelihoodRows}.
   */
  readonly at?: UnitsAt;
}

/**
 * Makes the row of a layer whose weight has a length and a direction for each column: w_j = g_j v_j/‖v_j‖, with a
 * bias.
 *
 * The layer's own metric E[ν_j x̃x̃'] of every column is pulled back through (v_j, b_j, g_j) ↦ (w_j, b_j). With
 * e = v_j/‖v_j‖ the rows are (g_j/‖v_j‖)(x − (x'e)e), 1 and x'e. Along v_j itself the metric is 0, since that does
 * not change the response.
 *
 * @param options - What the units respond with.
 * @returns A row for a table.
 * @throws {@link MetricError} for unknown options.
 * @category Metrics: tables
 */
export function weightNormRows(options: NormRowsOptions = {}): Metric {
  const at = checkedAt("weightNormRows", options);
  return defMetric(weightNorm, {
    source: "the layer's form pulled back through length and direction",
    block: (context) => {
      // Frozen parameters are not among them.
      const { v, g } = context.params as { readonly v?: Variable; readonly g?: Variable };
      const { along, across } = derivatives(context.reference, context.application.params);
      const rows = concat([...(v ? [across] : []), ...(g ? [along] : [])], 2);
      const block = unitBlock(asAny(context), { rows, form: "weightNorm" }, respond(context, at));
      return [{ params: [v, g].filter((one) => one !== undefined), block }];
    },
    response: (context) => respond(context, at).part,
    example: exampleOf(weightNorm(2, 2)),
  });
}

/**
 * Makes the row of a layer whose weight is divided by its largest singular value: W/σ with σ = p'Wq.
 *
 * The layer's own metric of W/σ is pulled back through that map. The singular vectors p and q are held fixed, as in
 * gradients. A step δ becomes (δ − (W/σ) p'δq)/σ, so all columns are coupled, and there is no curvature along W
 * itself. The block multiplies by the products of the layer's rows. It is solved by Cholesky factors if it is small.
 *
 * @param options - What the units respond with.
 * @returns A row for a table.
 * @throws {@link MetricError} for unknown options.
 * @category Metrics: tables
 */
export function spectralNormRows(options: NormRowsOptions = {}): Metric {
  const at = checkedAt("spectralNormRows", options);
  return defMetric(spectralNorm, {
    source: "the layer's form pulled back through W/σ(W)",
    block: (context) => {
      const { w } = context.params;
      const { sigma } = context.application.extras as { readonly sigma: Node };
      const rows = asRows(context.reference);
      const form = "spectralNorm";
      const base = unitBlock(asAny(context), { rows, bias: true, form }, respond(context, at));
      const [inputs = 0, m = 0] = [(w.shape[0] as number) - 1, w.shape[1]];
      // σ is linear in W if p and q are fixed. Its derivative pq' has zeros for the bias.
      const q = vjp([sigma], [w], [fill([], 1)])[0] as Node;
      const scale = concat([div(fill([inputs, 1], 1), sigma), fill([1, 1], 1)], 0);
      const divided = div(slice(w, [[0, inputs]]), sigma);
      const whole = concat([divided, fill([1, m], 0)], 0);
      return [{ params: [w], block: deflatedBlock(base, { q, w: whole, scale }, form) }];
    },
    response: (context) => respond(context, at).part,
    example: exampleOf(spectralNorm(2, 2)),
  });
}

type LayerContext = Pick<MetricContext, "preActivation"> & { readonly options: DenseOptions };

function respond(context: LayerContext, at: UnitsAt) {
  return unitResponse(asAny(context), context.options.activation, at);
}

/** Returns a context with the types of any module. */
function asAny(context: unknown): MetricContext {
  return context as MetricContext;
}

function exampleOf(module: ReturnType<typeof weightNorm> | ReturnType<typeof spectralNorm>) {
  return () => ({ module, inputs: denseExample().inputs });
}

/** Returns ∂t_j by the direction and the bias, [m, rows, in + 1], and by the length, [m, rows, 1]. */
function derivatives(reference: Node, { v, g }: Readonly<Record<string, Variable>>) {
  const x = asRows(reference);
  const [rows = 0, inputs = 0] = x.shape;
  const [directions, m] = [slice(v as Node, [[0, inputs]]), v?.shape[1] as number];
  const norms = sqrt(sum(square(directions), { axis: 0 }));
  const units = div(directions, norms);
  const along = expandDims(transpose(matmul(x, units)), 2);
  const rest = sub(expandDims(x, 0), mul(along, expandDims(transpose(units), 1)));
  const scaled = mul(rest, reshape(div(g as Node, norms), [m, 1, 1]));
  return { along, across: concat([scaled, fill([m, rows, 1], 1)], 2) };
}

/** Returns the checked option. Throws MetricError. */
export function checkedAt(where: string, options: NormRowsOptions): UnitsAt {
  checkOptions(where, options, ["at"]);
  const { at = "unit" } = options;
  if (at === "linear" || at === "unit") return at;
  throw new MetricError({
    where,
    must: 'at must be "linear" or "unit"',
    got: String(at),
    todo: "leave it out for the units' own responses",
  });
}
