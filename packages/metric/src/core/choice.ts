import type { Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { MetricTable } from "./table.ts";

/** A table of metrics, or a function that chooses one for an applied model. */
export type MetricChoice = MetricTable | ((applications: readonly Application[]) => MetricTable);

/** The table that a choice stands for. Throws MetricError for what is no table. */
export function tableFor(choice: MetricChoice, applications: readonly Application[]): MetricTable {
  const table = typeof choice === "function" ? choice(applications) : choice;
  if (typeof table?.find === "function") return table;
  throw new MetricError({
    where: "metrics",
    must: "it must be a table, or a function that chooses one",
    got: String(table),
    todo: "pass standardMetrics, metrics(…), or partition(model, by)",
  });
}
