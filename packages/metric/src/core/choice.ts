import type { Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { MetricTable } from "./table.ts";

/** A table of metrics, or a function that chooses one for an applied model. */
export type MetricChoice = MetricTable | ((applications: readonly Application[]) => MetricTable);

/** Throws MetricError for what is neither a table nor a function. */
export function checkChoice(where: string, choice: MetricChoice): void {
  if (typeof choice === "function" || typeof choice?.find === "function") return;
  throw noTable(where, choice);
}

/** The table that a choice stands for. Throws MetricError for what is no table. */
export function tableFor(choice: MetricChoice, applications: readonly Application[]): MetricTable {
  const table = typeof choice === "function" ? choice(applications) : choice;
  if (typeof table?.find === "function") return table;
  throw noTable("metrics", table);
}

function noTable(where: string, got: unknown): MetricError {
  return new MetricError({
    where,
    must: "it must be a table, or a function that chooses one",
    got: typeof got === "function" ? "a function that gives another" : String(got),
    todo: "pass standardMetrics, metrics(…), metrics.kfac(), or partition(model, by)",
  });
}
