import { concat, fill, type Node, type Variable } from "@metrigrad/graph";
import type { Application, ResponsePart } from "@metrigrad/nn";
import { MetricError, sizeOf } from "@metrigrad/tensor";
import { responseRows } from "./members.ts";

/** Several applications as one subsystem. */
export interface GroupRows {
  /** The parameters, each once, in the order of their use. */
  readonly params: readonly Variable[];
  /** The rows R'J of every sample over all parameters, which are flattened one after the other: [n, r, P]. */
  readonly rows: Node;
}

/** Returns the trained parameters of some applications, each once, in the order of their use. */
export function paramsOf(applications: readonly Application[]): readonly Variable[] {
  return [...new Set(applications.flatMap(({ trained }) => Object.values(trained)))];
}

/**
 * Returns the exact rows of J'F_rJ over all parameters of some applications, for independent responses.
 *
 * The inputs and all other parameters are held fixed.
 */
export function groupRows(
  applications: readonly Application[],
  responses: readonly ResponsePart[],
): GroupRows {
  const counts = [...new Set(applications.map((one) => one.samples))];
  if (counts.length > 1) throw uneven(counts);
  const samples = counts[0] ?? 0;
  const params = paramsOf(applications);
  const rows = responses.map((part) => {
    const { of, r } = responseRows(applications, part, samples);
    const all = params.map((param) => of.get(param) ?? fill([samples, r, sizeOf(param.shape)], 0));
    return concat(all, 2);
  });
  return { params, rows: concat(rows, 1) };
}

function uneven(counts: readonly number[]): MetricError {
  return new MetricError({
    where: "metric of a group of modules",
    must: "its modules must be applied to as many samples",
    got: counts.join(" and "),
    todo: "apply them to one batch, or take observedMetrics(), whose responses have their own samples",
  });
}
