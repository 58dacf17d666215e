import type { Application } from "@metrigrad/nn";
import type { MetricTable } from "./table.ts";

/** A table of metrics, or a function that chooses one for an applied model. */
export type MetricChoice = MetricTable | ((applications: readonly Application[]) => MetricTable);

/** The table that a choice stands for. */
export function tableFor(choice: MetricChoice, applications: readonly Application[]): MetricTable {
  return typeof choice === "function" ? choice(applications) : choice;
}
