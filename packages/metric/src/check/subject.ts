import { constant, type Node, type Variable } from "@metrigrad/graph";
import { applyModel, type Law, type Module } from "@metrigrad/nn";
import {
  type Backend,
  MetricError,
  type Store,
  sizeOf,
  type Tensor,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import type { Metric } from "../core/defMetric.ts";
import { plain } from "../core/defMetric.ts";
import { packed } from "../core/packing.ts";
import { subsystems } from "../core/subsystems.ts";
import { metrics } from "../core/table.ts";

/** A block of one small module at random parameters and inputs: what is checked. */
export interface Subject {
  readonly name: string;
  readonly store: Store;
  readonly block: Block;
  /** The block's parameter, of shape [d, m]. */
  readonly parameter: Variable;
  readonly law: Law;
  /** h [n, m] of p(y | h). */
  readonly natural: Node;
  readonly seed: number;
}

/** Where to check. */
export interface Place {
  readonly module: Module;
  /** Rows [n, …]. */
  readonly inputs: Tensor;
  /** Values by variable name, instead of draws. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly law: Law | null;
  readonly seed: number;
}

/** Spread of drawn parameters and inputs: pre-activations of order 1, on both sides of 0. */
const spread = 0.7;

/** Normal draws of a shape, a function of seed and path. */
export function drawn(
  seed: number,
  path: string,
  shape: readonly number[],
  deviation = spread,
): Tensor {
  const stream = uniformStream({ seed, path });
  const values = Float64Array.from(
    { length: sizeOf(shape) },
    (_, i) => deviation * stream.normal(i),
  );
  return tensor(values, { shape });
}

/** The blocks of a metric on one module. Throws what the metric and the module throw. */
export async function subjectsOf(
  metric: Metric,
  place: Place,
  backend: Backend,
): Promise<Subject[]> {
  const { module, inputs, parameters, law, seed } = place;
  const names = module.variables.map(({ name }) => name);
  const odd = Object.keys(parameters).find((name) => !names.includes(name));
  if (odd !== undefined) throw unknown(odd, names);
  const store = await backend.store(module, { seed, float: "f64" });
  for (const { name, shape, role } of module.variables) {
    const value = parameters[name] ?? drawn(seed, `check/${name}`, shape);
    if (role === "parameter" || name in parameters) await store.write(name, value);
  }
  const applied = applyModel(module, constant(inputs), law === null ? {} : { law });
  const own = applied.applications.filter(
    (application) => application.module === metric.of || application.definition === metric.of,
  );
  // Other modules inside are held fixed: only this metric's parameters move.
  const others = new Set(
    applied.applications.filter((one) => !own.includes(one)).map((one) => one.module),
  );
  const table = metrics(metric, ...[...others].map((other) => plain(other)));
  const variables = applied.parameters.map(({ variable }) => variable);
  const found = subsystems(applied.applications, table, variables);
  return found.flatMap(({ path, params, block, responseModel }) => {
    if (block === null) return [];
    packed(block, params);
    const [parameter] = params as [Variable];
    const model = responseModel();
    const used = law ?? model.law;
    const name = `${path === "" ? module.definition.spec.name : path}, ${block.form}, ${used.name}`;
    return [{ name, store, block, parameter, law: used, natural: model.natural, seed }];
  });
}

function unknown(name: string, known: readonly string[]): MetricError {
  return new MetricError({
    where: "checkMetric, parameters",
    must: `names must be of the module's variables (${known.join(", ")})`,
    got: name,
    todo: "correct the name",
  });
}
