import {
  augment,
  broadcastTo,
  concat,
  div,
  expandDims,
  fill,
  maximum,
  moveAxis,
  mul,
  type Node,
  reshape,
  square,
  sub,
  sum,
  transpose,
} from "@metrigrad/graph";
import {
  type AffineUse,
  type Conditioned,
  film,
  gaussian,
  hyperDense,
  type ResponsePart,
  type RowLaw,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { columnGram } from "../blocks/columnGram.ts";
import { root } from "../blocks/rowWeights.ts";
import { weighted } from "../core/context.ts";
import { defMetric, type Metric, type MetricContext } from "../core/defMetric.ts";
import { rowLawOf, unitBlock, unitResponse } from "./unitBlock.ts";

/** A small input for the checks: two features at two positions, and a condition of two numbers. */
const inputs = {
  x: tensor([
    [
      [0.3, -1.2],
      [1.1, 0.4],
    ],
    [
      [-0.7, 0.9],
      [0.2, 0.1],
    ],
    [
      [0.5, 0.6],
      [-0.4, 1.3],
    ],
  ]),
  condition: tensor([
    [0.8, -0.3],
    [-0.5, 1.2],
    [0.4, 0.9],
  ]),
};

/**
 * Makes the row of feature-wise linear modulation, by its own response: h ~ N(·, 1), or the known law.
 *
 * The response h_i = (1 + γ_i)x_i + β_i has (γ_i, β_i) = c̃'(u_i, v_i). So it is linear in the two columns of W that
 * belong to feature i, with the rows c̃ ⊗ (x_i, 1). Each feature has one matrix over both columns. Two rows are
 * enough for any number of positions of a sample.
 *
 * @returns A row for a table.
 * @nothrow
 * @category Metrics: tables
 */
export function filmRows(): Metric {
  return defMetric(film, {
    source: "σ⁻²E[c̃c̃' ⊗ Σ_τ (x_i, 1)(x_i, 1)'] of every feature",
    block: (given) => {
      const context = given as unknown as MetricContext;
      const { x, natural } = modulated(context);
      const c = augment(conditionOf(context));
      const { part } = filmResponse(context);
      const { law, weights } = weighted([part], context)[0] as ResponsePart;
      const { w } = given.params;
      const { samples } = context;
      const params = [w];
      const { fisherDiagonal } = law;
      if (typeof fisherDiagonal === "number") {
        const rows = outer(c, twoRows(x, weights, samples));
        const options = { weight: fisherDiagonal, samples, form: "film" };
        return [{ params, block: columnGram(rows, options) }];
      }
      const positions = (natural.shape[0] as number) / samples;
      const both = concat([expandDims(x, 2), fill([...x.shape, 1], 1)], 2);
      const repeated = broadcastTo(expandDims(c, 1), [samples, positions, c.shape[1] as number]);
      const rows = outer(reshape(repeated, [-1, c.shape[1] as number]), both);
      const response = { part, nu: null, slope: null };
      return [{ params, block: unitBlock(context, { rows, form: "film" }, response) }];
    },
    response: (context) => filmResponse(context as unknown as MetricContext).part,
    example: () => [
      { module: film(2, 2), inputs },
      { module: film(2, 2, { axis: 1 }), inputs },
    ],
  });
}

/**
 * Makes the row of a dense layer whose weights are made from a condition, by its own response.
 *
 * The output t_j = Σ_k c̃_k x̃'V_kj is linear in V with the rows c̃ ⊗ x̃, which all units share. So it has the forms
 * of a dense layer on these rows: one matrix for all units if it is linear, one per unit with ν(t) of its activation,
 * or the form of the known law.
 *
 * @returns A row for a table.
 * @nothrow
 * @category Metrics: tables
 */
export function hyperDenseRows(): Metric {
  return defMetric(hyperDense, {
    source: "the dense layer's form on rows c̃ ⊗ x̃",
    block: (given) => {
      const context = given as unknown as MetricContext;
      const { x } = context.reference as unknown as Conditioned;
      const c = augment(conditionOf(context));
      const [n = 0, width = 0] = c.shape;
      const rows = augment(reshape(x, [n, -1, x.shape.at(-1) as number]));
      const both = mul(reshape(c, [n, 1, width, 1]), expandDims(rows, 2));
      const flat = reshape(both, [-1, width * (rows.shape[2] as number)]);
      const response = unitResponse(context, given.options.activation, "unit");
      const block = unitBlock(context, { rows: flat, form: "hyperDense" }, response);
      return [{ params: [given.params.v], block }];
    },
    response: (context) =>
      unitResponse(context as unknown as MetricContext, context.options.activation, "unit").part,
    example: () => [
      { module: hyperDense(2, 2, 2), inputs },
      { module: hyperDense(2, 1, 2, { activation: "tanh" }), inputs },
    ],
  });
}

/** Returns c [n, conditions], which the parameters are multiplied by. */
function conditionOf({ uses }: MetricContext): Node {
  return (uses.find(({ kind }) => kind === "affine") as AffineUse).rows;
}

/** Returns x and h of a modulation as rows [n·…, features]. */
function modulated(context: MetricContext) {
  const { axis, features } = context.options as { axis: number; features: number };
  const rows = (value: Node) => reshape(moveAxis(value, axis, -1), [-1, features]);
  const { x } = context.reference as unknown as Conditioned;
  return { x: rows(x), natural: rows(context.response as Node) };
}

function filmResponse(context: MetricContext) {
  const { natural } = modulated(context);
  const law = rowLawOf(context, natural) ?? (gaussian() as RowLaw);
  return { part: { law, natural, weights: null } satisfies ResponsePart };
}

/**
 * Returns two rows [n, 2, features, 2] over (γ_i, β_i) with the same sum over positions as w(x_i, 1)(x_i, 1)'.
 *
 * They are (x̄√W, √W) and (√Σw(x − x̄)², 0) with W = Σw and the mean x̄. A single position of a sample is its own
 * row.
 */
function twoRows(x: Node, weights: Node | null, samples: number): Node {
  const [count = 0, features = 0] = x.shape;
  const positions = count / samples;
  const apart = reshape(x, [samples, positions, features]);
  const w = reshape(weights ?? fill([count], 1), [samples, positions, 1]);
  const total = sum(w, { axis: 1, keepDims: true });
  const mean = div(sum(mul(w, apart), { axis: 1, keepDims: true }), maximum(total, 1e-30));
  const scale = broadcastTo(root(total), [samples, 1, features]);
  const first = concat([expandDims(mul(mean, scale), 3), expandDims(scale, 3)], 3);
  if (positions === 1) return first;
  const spread = root(sum(mul(w, square(sub(apart, mean))), { axis: 1, keepDims: true }));
  const second = concat([expandDims(spread, 3), fill([samples, 1, features, 1], 0)], 3);
  return concat([first, second], 1);
}

/**
 * Returns c̃ ⊗ r as [features, n·rows, 2k], for rows c̃ [n, k] and r [n, features, 2], or several rows
 * [n, rows, features, 2].
 */
function outer(c: Node, r: Node): Node {
  const [n = 0, k = 0] = c.shape;
  const rows = r.shape.length === 3 ? expandDims(r, 1) : r;
  const [, count = 0, features = 0] = rows.shape;
  const all = mul(reshape(c, [n, 1, 1, k, 1]), expandDims(rows, 3));
  const flat = reshape(all, [n * count, features, 2 * k]);
  return transpose(flat, [1, 0, 2]);
}
