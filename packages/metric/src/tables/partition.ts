import type { AnyModule, Application, ResponsePart } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { jacobianGram } from "../blocks/gram.ts";
import { withRowFloats } from "../blocks/rowFloats.ts";
import { workOf } from "../blocks/workOf.ts";
import { checkModel } from "../core/arguments.ts";
import { byUnit } from "../core/byUnit.ts";
import { groupRows, paramsOf } from "../core/groupRows.ts";
import { lastOf, ownResponses } from "../core/members.ts";
import { groupsOf, withChildren } from "../core/modules.ts";
import { observedParts } from "../core/observedParts.ts";
import { checkSamplesApart } from "../core/samplesApart.ts";
import { type Assigned, checkTable, type MetricTable } from "../core/table.ts";
import { observedBlocks } from "./observed.ts";
import { fullMetrics } from "./standard.ts";

/**
 * What makes a subsystem of {@link partition}: every neuron, every layer, the whole model, or groups of modules.
 *
 * A group contains everything inside of its modules. A single list of modules is one group.
 *
 * @category Metrics: tables
 */
export type Partition =
  | "neuron"
  | "layer"
  | "whole"
  | readonly AnyModule[]
  | readonly (readonly AnyModule[])[];

/**
 * Makes a table that gives the same model a finer or a coarser geometry. Pass it as `metrics`.
 *
 * - "layer": every module by its row of the table.
 * - "neuron": the same, without what couples the units of a module.
 * - Groups: the exact J'F_rJ over all parameters of a group, given the group's inputs and all other parameters. The
 *   response is that of the modules whose output no other module of the group reads. Its law is what is observed of
 *   it, else that of the module's row.
 * - "whole": one group with the model's output as its response, if its law is known.
 *
 * Modules in no group keep their rows. So the generator of an adversarial pair responds with the visible variables,
 * and the discriminator with the label. Samples of a batch must not mix. So a group with batch normalisation is
 * refused in training mode, and it is exact in inference mode.
 *
 * When a model is applied, groups throw a MetricError if it is another model, or if samples mix in them.
 *
 * {@includeCode ../../../../examples/api/metric/partition.ts#example}
 *
 * @param model - The model.
 * @param by - What makes a subsystem.
 * @param table - The forms of the other parameters; {@link fullMetrics} by default.
 * @returns The table.
 * @throws {@link MetricError} if a group has no parameters, shares a module with another group, or is not of the
 *   model. Also if an argument has the wrong type.
 * @category Metrics: tables
 */
export function partition(
  model: AnyModule,
  by: Partition,
  table: MetricTable = fullMetrics,
): MetricTable {
  checkModel("partition", model);
  checkTable("partition", table);
  if (by === "layer") return table;
  if (by === "neuron") return table.changing("partition by neuron", byUnit);
  const groups = membersOf(model, by === "whole" ? [[model]] : groupsOf("partition", by, names));
  const name = by === "whole" ? "whole" : `${groups.length} groups`;
  const where = `partition by ${name}`;
  return table.choosing(where, (all) => {
    checkSameModel(groups, all);
    const observed = all[0]?.observed() ?? [];
    if (by === "whole" && observed.length > 0)
      return observedBlocks(where, all, observedParts(where, all), [paramsOf(all)]);
    return groups.flatMap((members) => groupBlock(members, all, table));
  });
}

const names = ["neuron", "layer", "whole"] as const;

/** Makes the block over all parameters of a group. */
function groupBlock(
  members: ReadonlySet<AnyModule>,
  applications: readonly Application[],
  base: MetricTable,
): Assigned[] {
  const own = applications.filter(({ module }) => members.has(module));
  if (own.length === 0) return [];
  const where = `partition, group of ${own.map(({ path, definition }) => path || definition.spec.name).join(" + ")}`;
  let known: readonly ResponsePart[] | null = null;
  const responses = () => {
    known ??= lastResponses(own, base);
    return known;
  };
  return [
    {
      params: paramsOf(own),
      source: "J'F_rJ of the group by metric back-propagation",
      block: () => {
        const found = responses();
        checkSamplesApart(
          where,
          own,
          found.map(({ natural }) => natural),
        );
        const { rows } = groupRows(own, found);
        const block = jacobianGram(rows, { shape: [rows.shape[2] as number, 1] });
        const work = workOf(
          [rows],
          found.map(({ natural }) => natural),
        );
        return withRowFloats(block, 0, work);
      },
      responses,
    },
  ];
}

/** Returns the responses of the applications that no other of them reads. */
function lastResponses(own: readonly Application[], base: MetricTable): readonly ResponsePart[] {
  return lastOf(own).flatMap((application) => ownResponses(application, base));
}

/** Throws MetricError if groups are of another model than the one that is applied. */
function checkSameModel(
  groups: readonly ReadonlySet<AnyModule>[],
  applications: readonly Application[],
): void {
  const applied = new Set<AnyModule>();
  for (const model of new Set(applications.map((one) => one.model))) withChildren(model, applied);
  if (applied.size === 0) return;
  const foreign = groups.flatMap((group) => [...group]).find((module) => !applied.has(module));
  if (foreign === undefined) return;
  throw new MetricError({
    where: "partition",
    must: "it must be used with the model that it was made for",
    got: `a model without one ${foreign.definition.spec.name} of its groups`,
    todo: "make it for this model: partition(model, by)",
  });
}

/** Returns the modules of every group and everything inside of them. Throws MetricError. */
function membersOf(
  model: AnyModule,
  groups: readonly (readonly AnyModule[])[],
): ReadonlySet<AnyModule>[] {
  const all = withChildren(model);
  const taken = new Set<AnyModule>();
  return groups.map((group, index) => {
    const members = new Set(group.flatMap((module) => [...withChildren(module)]));
    const where = `partition, group ${index}`;
    for (const module of members) {
      const { name } = module.definition.spec;
      if (!all.has(module))
        throw refused(where, "its modules must be of the model", `another ${name}`);
      if (taken.has(module)) throw refused(where, "a module may be in one group", `${name} in two`);
      taken.add(module);
    }
    const trained = [...members].some(({ params }) =>
      Object.values(params).some(({ role }) => role === "parameter"),
    );
    if (!trained) throw refused(where, "it must have parameters", "none");
    return members;
  });
}

function refused(where: string, must: string, got: string): MetricError {
  const todo = "pass lists of modules as they stand in the model: [[first, second], [third]]";
  return new MetricError({ where, must, got, todo });
}
