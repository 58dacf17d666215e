import { type Node, type Variable, withScope } from "@metrigrad/graph";
import { type Application, gaussian } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import type { Metric, ResponseModel } from "./defMetric.ts";
import type { MetricTable } from "./table.ts";

/** Parameters with their metric, and where it comes from. */
export interface Subsystem {
  readonly path: string;
  readonly application: Application;
  readonly metric: Metric;
  readonly params: readonly Variable[];
  /** Null: the plain gradient. */
  readonly block: Block | null;
  /** The response that the block is the Fisher information of. */
  readonly responseModel: () => ResponseModel;
}

/**
 * The subsystems of an applied model: a block for every parameter. Throws MetricError for a missing
 * row, a parameter that no block covers, and a parameter that two blocks cover; the plain gradient
 * may be taken by several uses.
 */
export function subsystems(
  applications: readonly Application[],
  table: MetricTable,
  parameters: readonly Variable[],
): Subsystem[] {
  const covered = new Map<string, string>();
  const plain = new Set<string>();
  const found = applications.flatMap((application) => {
    const metric = table.find(application);
    const trainable = Object.entries(application.params).filter(
      ([, node]) => node.attrs.role === "parameter",
    );
    const { options, reference, preActivation, response } = application;
    const law = application.law ?? metric.law ?? null;
    const own = Object.fromEntries(trainable);
    const context = { options, params: own, reference, preActivation, response, law };
    const scope = `metric/${application.path}`;
    const made = withScope(scope, () => metric.block(context));
    const responseModel = () =>
      withScope(scope, () => {
        if (metric.responseModel !== null) return metric.responseModel(context);
        return { law: metric.law ?? law ?? gaussian(), natural: response };
      });
    return made.flatMap(({ params: all, block }): Subsystem[] => {
      // A gradient is that of all uses, so taking it as it is once is enough.
      const params = all.filter(({ attrs }) => block !== null || !plain.has(attrs.name));
      for (const { attrs } of params) {
        if (covered.has(attrs.name))
          throw twice(attrs.name, covered.get(attrs.name) as string, application.path);
        covered.set(attrs.name, application.path);
        if (block === null) plain.add(attrs.name);
      }
      if (all.length > 0 && params.length === 0) return [];
      return [{ path: application.path, application, metric, params, block, responseModel }];
    });
  });
  for (const { attrs } of parameters) if (!covered.has(attrs.name)) throw uncovered(attrs.name);
  return found;
}

/** Columns [d, m] of a block for a value per parameter; one matrix parameter stays as it is. */
export function packed(block: Block, values: readonly Node[]): Node {
  const [only] = values;
  if (values.length === 1 && only?.shape[0] === block.d && only.shape[1] === block.m) return only;
  const sizes = values.map((value) => `[${value.shape.join(", ")}]`).join(" + ");
  throw new MetricError({
    where: `metric block ${block.form}`,
    must: `its parameter must be one matrix [${block.d}, ${block.m}]`,
    got: sizes,
    todo: "return one block for each parameter matrix",
  });
}

function twice(name: string, first: string, second: string): MetricError {
  return new MetricError({
    where: `metric of parameter ${name}`,
    must: "a parameter may belong to one subsystem",
    got: `uses in ${first} and ${second}`,
    todo: "use the module once, or give it the plain gradient",
  });
}

function uncovered(name: string): MetricError {
  return new MetricError({
    where: `metric of parameter ${name}`,
    must: "every parameter must belong to a block",
    got: "none",
    todo: "return it from the metric's `block`, with a null block for the plain gradient",
  });
}
