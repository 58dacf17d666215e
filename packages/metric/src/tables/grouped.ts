import {
  augment,
  broadcastTo,
  expandDims,
  mul,
  type Node,
  reshape,
  transpose,
} from "@metrigrad/graph";
import { conv2d, type GroupedUse, gaussian, type RowLaw, type Use } from "@metrigrad/nn";
import { MetricError, tensor } from "@metrigrad/tensor";
import { columnGram } from "../blocks/columnGram.ts";
import { root } from "../blocks/rowWeights.ts";
import { weightsOfRows } from "../core/context.ts";
import type { Metric, MetricContext } from "../core/defMetric.ts";
import { groupedUses } from "../core/useKinds.ts";
import { activationOfUse, standardUnitRows, unitRowOf } from "./neuron.ts";
import { checkedAt } from "./normRows.ts";
import type { UnitsAt } from "./unitBlock.ts";

/**
 * Options of {@link groupedRows}.
 *
 * @category Metrics: tables
 */
export interface GroupedRowsOptions {
  /**
   * The response of the units: "linear" for t ~ N(·, I) whatever the activation is, "unit" for each unit's own
   * activation. The default is "unit".
   */
  readonly at?: UnitsAt;
}

/**
 * Makes the row of T = X̃W by groups of columns, such as a convolution with groups: column j has the matrix
 * E[ν(t_j) x̃_g x̃_g'].
 *
 * The rows x̃_g are those of the column's group g, and ν = 1 if the layer is linear (Sun and Nielsen 2017). σ is 1.
 * Positions of a sample add up. A depthwise convolution has a group, and rows, for every channel. If several columns
 * share a group, each has a copy of its rows.
 *
 * @param options - Whether activations count.
 * @returns A row for a table.
 * @throws {@link MetricError} for unknown options.
 * @category Metrics: tables
 */
export function groupedRows(options: GroupedRowsOptions = {}): Metric {
  const at = checkedAt("groupedRows", options);
  /** The row of the activation; null if the layer is linear. */
  const unitOf = ({ application }: MetricContext, use: GroupedUse) => {
    const activation = at === "linear" ? null : activationOfUse(application, use);
    return activation === null ? null : unitRowOf(activation, standardUnitRows);
  };
  return Object.freeze({
    of: groupedUses,
    source: "Sun and Nielsen 2017: linear or non-linear layer, by group",
    block: (context, use) => {
      const own = asGrouped(use);
      const [rows = 0] = own.outputs.shape;
      const samples = rows % context.samples === 0 ? context.samples : rows;
      const weights = samples === context.samples ? weightsOfRows(context, own.rows) : null;
      const z = columnsRows(own);
      const unit = unitOf(context, own);
      const scaled =
        unit === null ? z : mul(z, expandDims(transpose(root(unit.nu(own.outputs))), 2));
      return [
        {
          params: own.parameters,
          block: columnGram(scaled, { weights, samples, form: "grouped" }),
        },
      ];
    },
    response: (context, use) => {
      const own = asGrouped(use);
      const unit = unitOf(context, own);
      if (unit === null) return { law: gaussian() as RowLaw, natural: own.outputs, weights: null };
      return { law: unit.law as RowLaw, natural: unit.natural(own.outputs), weights: null };
    },
    example: () => ({
      module: conv2d(2, 2, 1, { groups: 2, activation: at === "linear" ? "relu" : "tanh" }),
      inputs: tensor([
        [[[0.3, -1.2]], [[1.1, 0.4]]],
        [[[-0.7, 0.9]], [[0.2, 0.1]]],
      ]),
    }),
  } satisfies Metric);
}

/** Returns x̃ of every column, [m, rows, d]: those of its group. */
function columnsRows({ rows, bias, outputs }: GroupedUse): Node {
  const [count = 0, groups = 0, width = 0] = rows.shape;
  const m = outputs.shape[1] as number;
  const flat = reshape(rows, [count * groups, width]);
  const full = bias ? augment(flat) : flat;
  const d = full.shape[1] as number;
  const apart = transpose(reshape(full, [count, groups, 1, d]), [1, 2, 0, 3]);
  return reshape(broadcastTo(apart, [groups, m / groups, count, d]), [m, count, d]);
}

function asGrouped(use: Use | null): GroupedUse {
  if (use?.kind === "grouped") return use;
  throw new MetricError({
    where: "a row of grouped uses",
    must: "it must be called with a use T = X̃W by groups",
    got: use === null ? "none" : use.kind,
    todo: "put it into a table, which finds the uses",
  });
}
