import type { Node, Variable } from "@metrigrad/graph";
import type { AnyModule, Application } from "@metrigrad/nn";
import { paramsOf } from "../core/groupRows.ts";
import { groupsOf, withChildren } from "../core/modules.ts";
import { type ObservedPart, observedParts } from "../core/observedParts.ts";
import { observedBlock, observedDiagonal, observedRows, throughOf } from "../core/observedRows.ts";
import type { Assigned, MetricTable } from "../core/table.ts";
import { standardMetrics } from "./standard.ts";

/**
 * What makes a subsystem of {@link observedMetrics}: the whole model, every module, every single number, or groups of
 * modules.
 *
 * A group contains everything inside of its modules. A single list of modules is one group.
 *
 * @category Metrics: tables
 */
export type ObservedBy =
  | "whole"
  | "module"
  | "element"
  | readonly AnyModule[]
  | readonly (readonly AnyModule[])[];

/**
 * Makes a table of the exact Fisher information of what is observed: Σ_p (w_p/n_p) Σ_s J_s'F_sJ_s over all parts p of
 * the loss.
 *
 * It follows every path by which the parameters reach a response, including derivatives by the inputs. For residuals
 * under a Gaussian law it is the Gauss–Newton matrix of least squares, and rngd takes the energy natural gradient
 * (Müller and Zeinhofer 2023, arXiv 2302.13163). If there are fewer rows than parameters, a step is solved in the
 * space of samples, J'(JJ' + λI)⁻¹r, without a difference of large numbers.
 *
 * A training step throws a MetricError if nothing is observed. It throws a GraphError if samples meet, or if a
 * parameter acts on them in an op without known rows.
 *
 * @param by - What makes a subsystem; "whole" by default. Finer blocks are those on the diagonal of the whole matrix.
 * @returns The table.
 * @throws {@link MetricError} for groups that are not lists of modules.
 * @category Metrics: tables
 */
export function observedMetrics(by: ObservedBy = "whole"): MetricTable {
  const grains = isNamed(by) ? by : groupsOf("observedMetrics", by, names);
  const name = `observed by ${typeof grains === "string" ? grains : `${grains.length} groups`}`;
  return standardMetrics.choosing(name, (applications) => {
    const parts = observedParts(name, applications);
    const each = grainsOf(grains, applications);
    return observedBlocks(name, applications, parts, each, grains === "element");
  });
}

const names = ["whole", "module", "element"] as const;

type Named = (typeof names)[number];

function isNamed(by: ObservedBy): by is Named {
  return names.some((name) => name === by);
}

/** Makes blocks over some sets of parameters. Their rows are made once for all of them. */
export function observedBlocks(
  where: string,
  applications: readonly Application[],
  parts: readonly ObservedPart[],
  grains: readonly (readonly Variable[])[],
  diagonal = false,
): Assigned[] {
  const all = paramsOf(applications);
  let made: ReadonlyMap<Variable, Node> | null = null;
  const rowsOf = (params: readonly Variable[]) => {
    made ??= observedRows(where, applications, parts, all);
    return params.map((param) => made?.get(param) as Node);
  };
  return grains
    .filter((params) => params.length > 0)
    .map((params) => ({
      params,
      source: "J'FJ of what is observed, through every path",
      block: () => {
        const rows = rowsOf(params);
        if (!diagonal) return observedBlock(rows, parts);
        return observedDiagonal(rows[0] as Node, params[0] as Variable);
      },
      responses: () => parts.map(({ part }) => part),
      through: diagonal ? null : throughOf(parts),
    }));
}

/** Returns the sets of parameters that have a block each. */
function grainsOf(
  by: Named | readonly (readonly AnyModule[])[],
  applications: readonly Application[],
): readonly (readonly Variable[])[] {
  if (typeof by !== "string") return by.map((group) => paramsIn(group, applications));
  const all = paramsOf(applications);
  if (by === "whole") return [all];
  if (by === "element") return all.map((one) => [one]);
  const taken = new Set<Variable>();
  return applications.map(({ trained }) => {
    const own = Object.values(trained).filter((one) => !taken.has(one));
    for (const one of own) taken.add(one);
    return own;
  });
}

/** Returns the trained parameters of some modules and of everything inside of them. */
function paramsIn(
  group: readonly AnyModule[],
  applications: readonly Application[],
): readonly Variable[] {
  const members = new Set(group.flatMap((module) => [...withChildren(module)]));
  return paramsOf(applications.filter(({ module }) => members.has(module)));
}
