import { log, maximum, type Node, reshape } from "@metrigrad/graph";
import {
  type AffineUse,
  categorical,
  dense,
  gaussian,
  type MixtureExtras,
  mixtureOfExperts,
  type ResponsePart,
  type RowLaw,
} from "@metrigrad/nn";
import { factorGram, softmaxGram } from "../blocks/gram.ts";
import { weighted } from "../core/context.ts";
import { defMetric, type Metric, type MetricContext } from "../core/defMetric.ts";
import { asRows } from "../core/members.ts";
import { factorsOf, fisherColumns, pulledBack } from "../core/propagate.ts";
import { denseExample } from "./linear.ts";

/** Stands for a gate of 0 in a logarithm. */
const least = 1e-30;

/**
 * Makes the row of the gate of a mixture of experts, given the responses of the experts.
 *
 * If the response is the sum h = Σ g_e f_e ~ N(·, I), the metric is x̃x̃' ⊗ J'J with ∂h/∂t_e = g_e(f_e − h), by a
 * pullback from the response to the logits. The soft-max is over the chosen experts. A known law of the response
 * takes the place of the normal law. If the response is a choice e ~ Categorical(g), the metric is the soft-max
 * layer's x̃x̃' ⊗ (diag g − gg'). Which experts are chosen is held fixed. The experts have rows of their own, which
 * count by g_e² or g_e.
 *
 * @returns A row for a table.
 * @nothrow
 * @category Metrics: tables
 */
export function mixtureRows(): Metric {
  return defMetric(mixtureOfExperts, {
    source: "x̃x̃' ⊗ J'F_hJ of the logits",
    block: (given) => {
      const context = given as unknown as MetricContext;
      const { samples } = context;
      const use = context.uses.find(({ kind }) => kind === "affine") as AffineUse;
      const common = { outputs: use.outputs, samples };
      const parts = weighted(responses(context), context);
      const params = [given.params.gate];
      if (given.options.response === "choice") {
        const { weights } = parts[0] as ResponsePart;
        return [{ params, block: softmaxGram(use.rows, gatesOf(context), { ...common, weights }) }];
      }
      // A row of the response follows from its own logits only, so rows need not be pulled back separately.
      const columns = parts.map((part) => {
        return pulledBack(part.natural, fisherColumns(part), [use.outputs])[0] as Node;
      });
      return [{ params, block: factorGram(use.rows, factorsOf(columns), common) }];
    },
    response: (context) => responses(context as unknown as MetricContext),
    example: () => {
      const experts = { count: 3, make: () => dense(2, 2) };
      const made = [
        mixtureOfExperts(2, experts),
        mixtureOfExperts(2, experts, { top: 1 }),
        mixtureOfExperts(2, experts, { response: "choice" }),
      ];
      return made.map((module) => ({ module, inputs: denseExample().inputs }));
    },
  });
}

function responses(context: MetricContext): readonly ResponsePart[] {
  const { response } = context.options as { readonly response: string };
  if (response === "choice") {
    const natural = log(maximum(gatesOf(context), least));
    return [{ law: categorical() as RowLaw, natural, weights: null }];
  }
  const { law, response: h } = context;
  if (law !== null) return law.parts(h as never);
  return [{ law: gaussian() as RowLaw, natural: asRows(h as Node), weights: null }];
}

/** Returns the gates g [rows, experts]. */
function gatesOf({ application }: MetricContext): Node {
  const { gates } = application.extras as unknown as MixtureExtras;
  return reshape(gates, [-1, gates.shape.at(-1) as number]);
}
