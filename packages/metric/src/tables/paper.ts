import { type Application, dense } from "@metrigrad/nn";
import type { MetricTable } from "../core/table.ts";
import { linearRows } from "./dense.ts";
import { standardMetrics } from "./standard.ts";

/**
 * The table of the paper's experiment: the linear layer's row for the first and the last dense
 * layer, one matrix per unit by its activation's row between them (Sun and Nielsen 2017).
 */
export function paperMetrics(applications: readonly Application[]): MetricTable {
  const layers = applications.filter(({ definition }) => definition === (dense as unknown));
  const ends = new Set([layers.at(0)?.module, layers.at(-1)?.module]);
  ends.delete(undefined);
  return standardMetrics.with(
    ...[...ends].map((module) => linearRows(module as Application["module"])),
  );
}
