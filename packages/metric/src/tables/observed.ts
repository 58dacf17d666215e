import type { Node, Variable } from "@metrigrad/graph";
import type { AnyModule, Application } from "@metrigrad/nn";
import { paramsOf } from "../core/groupRows.ts";
import { groupsOf, withChildren } from "../core/modules.ts";
import { type ObservedPart, observedParts } from "../core/observedParts.ts";
import { observedBlock, observedDiagonal, observedRows, throughOf } from "../core/observedRows.ts";
import type { Assigned, MetricTable } from "../core/table.ts";
import { standardMetrics } from "./standard.ts";

/**
 * What makes a subsystem: the whole model, every module, every single number, or groups of modules (with all that is
 * inside of them).
 */
export type ObservedBy =
  | "whole"
  | "module"
  | "element"
  | readonly AnyModule[]
  | readonly (readonly AnyModule[])[];

/**
 * The Fisher information of what is observed, Σ_p (w_p/n_p) Σ_s J_s'F_sJ_s over all parts p of the loss, exactly: through every
 * path by which the parameters reach a response, derivatives by the inputs included. With residuals that are observed under a
 * Gaussian law it is the Gauss–Newton matrix of least squares, and rngd takes the energy natural gradient (Müller and Zeinhofer
 * 2023, arXiv 2302.13163). Where there are fewer rows than parameters a step is solved in the space of samples,
 * J'(JJ' + λI)⁻¹r, without a difference of large numbers.
 *
 * @param by - What makes a subsystem; blocks of finer grains are those on the diagonal of the whole matrix. The whole by default.
 * @returns A table.
 * @throws MetricError for groups that are none. A step throws it where nothing is observed, and GraphError where samples meet
 *   or a parameter acts on them in an op of which no rows are known.
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

/** Blocks over some sets of parameters, of rows that are made once for all of them. */
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

/** Sets of parameters, which have a block each. */
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

/** The trained parameters of some modules and all inside of them. */
function paramsIn(
  group: readonly AnyModule[],
  applications: readonly Application[],
): readonly Variable[] {
  const members = new Set(group.flatMap((module) => [...withChildren(module)]));
  return paramsOf(applications.filter(({ module }) => members.has(module)));
}
