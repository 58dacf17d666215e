import { softplus } from "@metrigrad/graph";
import { type Activation, dense, gaussian } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { sharedGram, unitGram } from "../blocks/gram.ts";
import { type Described, defMetric, type Metric } from "../core/defMetric.ts";
import { elementwiseRow } from "../rfim/elementwise.ts";
import { eluRow } from "../rfim/elu.ts";
import { reluRow } from "../rfim/relu.ts";
import { sigmoidRow } from "../rfim/sigmoid.ts";
import { tanhRow } from "../rfim/tanh.ts";
import type { UnitRow } from "../rfim/unitRow.ts";

/** Rows by activation; the first that fits counts. */
export type UnitRows = readonly UnitRow[];

/** The paper's rows: tanh, sigm, relu (ι = 0, ω = 1, σ = 1) and elu (α = 1, σ = 1). */
export const standardUnitRows: UnitRows = Object.freeze([
  tanhRow(),
  sigmoidRow(),
  reluRow(),
  eluRow(),
]);

/** The row of an activation: one of the given, else the one that follows from its derivative. */
export function unitRowOf(activation: Activation, rows: UnitRows = standardUnitRows): UnitRow {
  return rows.find((row) => row.activation === activation) ?? elementwiseRow(activation);
}

/**
 * The RFIM of a dense layer: one matrix σ⁻²E[x̃x̃'] for all units where it is linear, one matrix
 * E[ν(t)x̃x̃'] per unit where it has an activation (Sun and Nielsen 2017, the linear and the
 * non-linear layer). σ = 1.
 */
export function denseMetric(rows: UnitRows = standardUnitRows): Metric {
  checkUnitRows(rows);
  return defMetric(dense, {
    source: "Sun and Nielsen 2017: linear or non-linear layer",
    block: ({ options, params, reference, preActivation }) => {
      const { activation, outputs } = options;
      const block =
        activation === null
          ? sharedGram(reference, outputs, { outputs: preActivation })
          : unitGram(reference, unitRowOf(activation, rows).nu(preActivation), {
              outputs: preActivation,
            });
      return [{ params: [params.w], block }];
    },
    responseModel: ({ options: { activation }, preActivation }) => {
      if (activation === null) return { law: gaussian(), natural: preActivation };
      const { law, natural } = unitRowOf(activation, rows);
      return { law, natural: natural(preActivation) };
    },
    example: () => [
      dense(2, 2),
      ...rows.map(({ activation }) => dense(2, 2, { activation })),
      dense(2, 2, { activation: softplus }),
    ],
  });
}

function checkUnitRows(rows: UnitRows): void {
  if (Array.isArray(rows) && rows.every((row) => typeof row?.nu === "function")) return;
  throw new MetricError({
    where: "denseMetric",
    must: "it must be a list of rows of neurons",
    got: Array.isArray(rows) ? "a list of others" : String(rows),
    todo: "pass [tanhRow(), reluRow({ leak: 0.1 })], or leave it out",
  });
}

/**
 * The metric of the linear layer for any module whose only parameter acts as t = X̃W, or one module:
 * its response is taken to be t ~ N(X̃W, σ²I), and one matrix serves all units.
 * Throws MetricError for a module with other parameters.
 */
export function linearRows(
  of: Described = dense,
  options: { readonly sigma?: number } = {},
): Metric {
  const law = gaussian({ sigma: options.sigma ?? 1 });
  const weight = (options.sigma ?? 1) ** -2;
  const block: Metric["block"] = ({ params, reference, preActivation }) => {
    const [w, ...others] = Object.values(params);
    if (w === undefined || others.length > 0) {
      throw new MetricError({
        where: "linearRows",
        must: "the module must have one parameter W with t = X̃W",
        got: Object.keys(params).join(", ") || "none",
        todo: "write its metric with defMetric",
      });
    }
    const m = w.shape[1] as number;
    return [{ params: [w], block: sharedGram(reference, m, { weight, outputs: preActivation }) }];
  };
  const responseModel: Metric["responseModel"] = ({ preActivation }) => ({
    law,
    natural: preActivation,
  });
  const example = of === (dense as unknown) ? () => dense(2, 2) : null;
  const source = "Sun and Nielsen 2017: linear layer";
  return Object.freeze({ of, source, law, block, responseModel, example });
}
