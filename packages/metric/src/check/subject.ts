import { constant, type Variable } from "@metrigrad/graph";
import { type AnyModule, applyModel, type RowLaw as Law } from "@metrigrad/nn";
import {
  type Backend,
  isTensor,
  leavesOf,
  mapTree,
  MetricError,
  type Store,
  sizeOf,
  type Tensor,
  type Tree,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import type { Metric } from "../core/defMetric.ts";
import { plain } from "../core/defMetric.ts";
import { exactBlock } from "../core/exactBlock.ts";
import { packed } from "../core/packing.ts";
import { subsystems } from "../core/subsystems.ts";
import { metricTable } from "../core/table.ts";
import type { Response } from "./density.ts";
import { type Point, pointOf } from "./point.ts";

/** A block of one small module at random parameters and inputs: what is checked. */
export interface Subject {
  readonly name: string;
  readonly store: Store;
  readonly block: Block;
  /** J'F_rJ of the same response by automatic differentiation; null where that is not [n, m]. */
  readonly exact: Block | null;
  /** The block's parameters. */
  readonly parameters: readonly Variable[];
  /** Paths of them. */
  readonly names: readonly string[];
  /** Their values, in the order of the block's columns. */
  readonly point: Point;
  /** The independent responses that the block is the Fisher information of. */
  readonly responses: readonly Response[];
  /** Rows of the inputs. */
  readonly samples: number;
  readonly seed: number;
}

/** Where to check. */
export interface Place {
  readonly module: AnyModule;
  /** Samples first. */
  readonly inputs: Tree<Tensor>;
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
  const names = module.variables.map(({ path }) => path);
  const odd = Object.keys(parameters).find((name) => !names.includes(name));
  if (odd !== undefined) throw unknown(odd, names);
  const store = await backend.store(module, { seed, float: "f64" });
  for (const { path, spec } of module.variables) {
    const value = parameters[path] ?? drawn(seed, `check/${path}`, spec.shape);
    if (spec.role === "parameter" || path in parameters) await store.write(path, value);
  }
  const x = mapTree(inputs, isTensor, (value) => constant(value));
  const applied = applyModel(module as never, x as never, law === null ? {} : ({ law } as never));
  const own = applied.applications.filter(
    ({ module: one, definition }) =>
      "use" in metric.of || one === metric.of || definition === metric.of,
  );
  // Other modules inside are held fixed: only this metric's parameters move.
  const others = new Set(
    applied.applications.filter((one) => !own.includes(one)).map((one) => one.module),
  );
  const table = metricTable("check", metric, ...[...others].map((other) => plain(other)));
  const variables = applied.parameters.map(({ variable }) => variable);
  const found = subsystems(applied.applications, table, variables);
  const subjects: Subject[] = [];
  for (const subsystem of found) {
    const { path, params, names: own, block, uses, responses: given } = subsystem;
    if (block === null) continue;
    const title = path === "" ? module.definition.spec.name : path;
    if (uses > 1) throw reused(title, uses);
    packed(block, params);
    const point = await pointOf(store, params, (one) => own[params.indexOf(one)] as string);
    const samples = leavesOf(inputs, isTensor)[0]?.shape[0] as number;
    const models = given().map((model) => ({ ...model, law: law ?? model.law }));
    const responses = models.map((model): Response => ({ ...model, store, point, samples }));
    const flat = models.every(({ natural }) => natural.shape.length === 2);
    const exact = flat ? exactBlock({ ...subsystem, responses: () => models }) : null;
    const laws = [...new Set(responses.map((one) => one.law.name))].join(" and ");
    const name = `${title}, ${block.form}, ${laws}`;
    const home = { name, store, block, exact, parameters: params, names: own, point };
    subjects.push({ ...home, responses, samples, seed });
  }
  return subjects;
}

function reused(name: string, uses: number): MetricError {
  return new MetricError({
    where: `checkMetric of ${name}`,
    must: "the metric must be checked on one use of its parameters",
    got: `${uses} uses`,
    todo: "pass a module that uses them once; the metrics of several uses add up",
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
