import type { Variable } from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";

/** Two uses state different things about a parameter. */
export function twice(name: string, first: string, second: string): MetricError {
  return new MetricError({
    where: `metric of parameter ${name}`,
    must: "all uses of a parameter must have a block over the same parameters, or all take the plain gradient",
    got: `different ones in ${first} and ${second}`,
    todo: "return the same `params` for each use, or use plain(…) or autoMetric(…) for the modules",
  });
}

/** A block is over parameters of several optimizers. */
export function torn(
  params: readonly Variable[],
  wanted: ReadonlySet<Variable>,
  pathOf: (parameter: Variable) => string,
): MetricError {
  const others = params.filter((one) => !wanted.has(one));
  return new MetricError({
    where: `metric of ${params.map(pathOf).join(", ")}`,
    must: "a block must be over parameters of one optimizer",
    got: `${others.map(pathOf).join(", ")} of another`,
    todo: "give all of them to one group, or use a table with a block for each",
  });
}

/** No block covers a parameter. */
export function uncovered(name: string): MetricError {
  return new MetricError({
    where: `metric of parameter ${name}`,
    must: "every parameter must belong to a block",
    got: "none",
    todo: "return it from the metric's `block`, with a null block for the plain gradient, or use table.orPlain()",
  });
}
