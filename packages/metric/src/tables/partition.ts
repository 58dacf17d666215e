import type { Application, Module } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { jacobianGram } from "../blocks/gram.ts";
import { checkModel } from "../core/arguments.ts";
import { byUnit } from "../core/byUnit.ts";
import { checkChoice, type MetricChoice, tableFor } from "../core/choice.ts";
import type { Metric, ResponseModel } from "../core/defMetric.ts";
import { groupRows } from "../core/groupRows.ts";
import type { MetricTable } from "../core/table.ts";
import { modelResponse, useOf } from "../core/uses.ts";
import { fullMetrics } from "./full.ts";

/**
 * What makes a subsystem: every neuron, every layer, a group of modules or several (with all that is inside
 * them), or the whole model.
 */
export type Partition =
  | "neuron"
  | "layer"
  | "whole"
  | readonly Module[]
  | readonly (readonly Module[])[];

/**
 * The same model with a finer or a coarser geometry, to be passed as `metrics`. "layer": every module
 * by its row of the table, `fullMetrics` by default. "neuron": the same without what couples the units of a module. Groups, of which a list of modules is one:
 * J'F_rJ over all their parameters, exactly, with the response of the modules of the group that no
 * other of it reads, given the group's inputs and all other parameters; its law is the likelihood where
 * that consumes the response, else that of the module's row. "whole": one group with the model's
 * output as its response, where its law is known. Modules in no group keep their rows. So the generator
 * of an adversarial pair responds with the visible variables, the discriminator with the label. Rows of a batch must not mix: batch normalisation inside a group
 * is exact in inference mode. Throws MetricError for a group that is empty, shares a module with another
 * one, or is not of the model; groups and the whole also where they are used with another model.
 */
export function partition(
  model: Module,
  by: Partition,
  table: MetricChoice = fullMetrics,
): MetricChoice {
  checkModel("partition", model);
  checkChoice("partition", table);
  if (by === "layer") return table;
  if (by === "neuron") return named("neuron", (all) => unitTable(tableFor(table, all)));
  const groups = membersOf(model, by === "whole" ? [[model]] : groupsOf(by));
  const name = by === "whole" ? "whole" : `${groups.length} groups`;
  return named(name, (all) => {
    checkSameModel(groups, all);
    const base = tableFor(table, all);
    const response = by === "whole" ? modelResponse(all) : null;
    const rows = groups.flatMap((members) => groupMetrics(members, all, base, response));
    return base.replacing(...rows);
  });
}

/** Lists of modules, one at least; a list of modules is one group. Throws MetricError for anything else. */
function groupsOf(by: readonly (Module | readonly Module[])[]): readonly (readonly Module[])[] {
  if (!Array.isArray(by) || by.length === 0) throw unknown(by);
  const groups = by.every(isModule) ? [by] : by;
  if (groups.every((group) => Array.isArray(group) && group.every(isModule))) return groups;
  throw unknown(by);
}

function isModule(value: unknown): value is Module {
  return typeof value === "object" && value !== null && "definition" in value;
}

/** Throws MetricError where groups are of another model than the one that is applied. */
function checkSameModel(
  groups: readonly ReadonlySet<Module>[],
  [application]: readonly Application[],
): void {
  if (application === undefined) return;
  const applied = withChildren(application.model.module);
  const foreign = groups.flatMap((group) => [...group]).find((module) => !applied.has(module));
  if (foreign === undefined) return;
  throw new MetricError({
    where: "partition",
    must: "it must be used with the model that it was made for",
    got: `a model without one ${foreign.definition.spec.name} of its groups`,
    todo: "make it for this model: partition(model, by)",
  });
}

/** A choice of tables under a name, for records. */
function named(name: string, choose: (all: readonly Application[]) => MetricTable): MetricChoice {
  return Object.defineProperty(choose, "name", { value: `partition by ${name}` });
}

/** The table with every block taken apart into its units. */
function unitTable(table: MetricTable): MetricTable {
  const rows = table.rows.map((row): Metric => {
    const block: Metric["block"] = (context) =>
      row
        .block(context)
        .map((one) => (one.block === null ? one : { ...one, block: byUnit(one.block) }));
    return Object.freeze({ ...row, block });
  });
  return table.replacing(...rows);
}

/** Rows for the modules of a group: one of them, the last, returns the block over all. */
function groupMetrics(
  members: ReadonlySet<Module>,
  applications: readonly Application[],
  base: MetricTable,
  response: ResponseModel | null,
): Metric[] {
  const own = applications.filter(({ module }) => members.has(module));
  const lead = own.at(-1);
  if (lead === undefined) return [];
  const whole: Metric["block"] = () => {
    const uses = own.map((application) => useOf(application, base));
    const { params, rows, responses } = groupRows(uses, response);
    const shape = [rows.shape[2] as number, 1] as const;
    return [{ params, block: jacobianGram(rows, { shape }), responses: () => responses }];
  };
  return [...new Set(own.map(({ module }) => module))].map((of): Metric => {
    const leading = of === lead.module;
    const block: Metric["block"] = (context) =>
      leading && context.response === lead.response ? whole(context) : [];
    const source = "J'F_rJ of the group by metric back-propagation";
    return Object.freeze({ of, source, law: null, block, responseModel: null, example: null });
  });
}

/** The modules of every group and all inside them. Throws MetricError. */
function membersOf(model: Module, groups: readonly (readonly Module[])[]): ReadonlySet<Module>[] {
  const all = withChildren(model);
  const taken = new Set<Module>();
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

function withChildren(module: Module, found = new Set<Module>()): ReadonlySet<Module> {
  if (found.has(module)) return found;
  found.add(module);
  for (const child of module.children) withChildren(child, found);
  return found;
}

function unknown(by: unknown): MetricError {
  return refused(
    "partition",
    'it must be by "neuron", "layer", "whole", by a list of modules or by several',
    Array.isArray(by)
      ? `a list of ${by.length} that are not all modules or lists of them`
      : String(by),
  );
}

function refused(where: string, must: string, got: string): MetricError {
  const todo = "pass lists of modules as they stand in the model: [[first, second], [third]]";
  return new MetricError({ where, must, got, todo });
}
