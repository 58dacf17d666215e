import { type AnyDataSet, isStream, rowsOf, splitsOf } from "@metrigrad/data";
import type { AnyModule } from "@metrigrad/nn";
import {
  GraphError,
  isTensor,
  namedLeaves,
  type Store,
  showShape,
  type Tensor,
  type Tree,
  type VariableSpec,
} from "@metrigrad/tensor";
import type { AnyStream, BatchSource } from "../data/batchSource.ts";
import type { AnyFitOptions } from "../fit/options.ts";
import type { FeedSpecs } from "../step/feeds.ts";

/** The settings that decide the numbers of a run, as texts by name. Values of data and functions are not in it. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Returns the fingerprint of a run on a store that has its model. */
export function fingerprintOf(
  model: AnyModule,
  options: AnyFitOptions,
  { batchSize, feeds }: Pick<BatchSource, "batchSize" | "feeds">,
  store: Store,
): Fingerprint {
  const { optimizer, likelihood, seed, l2 = 0, sampleWeight = true, metrics = {}, data } = options;
  const all: Record<string, unknown> = {
    seed,
    batchSize,
    float: store.float,
    optimizer: optimizer.name,
    ...flat("optimizer", optimizer.settings),
    likelihood: likelihood?.name ?? "a loss of its own",
    l2,
    sampleWeight,
    metrics: Object.keys(metrics),
    ...flat("evaluate", evaluateOf(options)),
    ...flat("earlyStopping", options.earlyStopping ?? "none"),
    ...dataOf(data, feeds),
    ...variablesOf(model, store),
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, shown(value)]));
}

/** Throws GraphError if two fingerprints differ. The message names the settings that differ. */
export function checkFingerprint(here: Fingerprint, saved: Fingerprint, file: string): void {
  const names = [...new Set([...Object.keys(here), ...Object.keys(saved)])];
  const odd = names.filter((name) => here[name] !== saved[name]);
  if (odd.length === 0) return;
  const [told, more] = [odd.slice(0, 5), odd.length - 5];
  const of = (from: Fingerprint) => told.map((name) => `${name} ${from[name] ?? "absent"}`);
  const rest = more > 0 ? `, and ${more} more` : "";
  throw new GraphError({
    where: "fit, checkpoint",
    must: `the run must be the one of ${file}, with ${of(saved).join(", ")}${rest}`,
    got: of(here).join(", "),
    todo: 'take the settings of that run, or begin in another folder, for example from its weights: loadCheckpoint(path, store, { only: "model" })',
  });
}

function evaluateOf({ evaluate = {}, data }: AnyFitOptions): unknown {
  if (evaluate === false) return "none";
  const { every = 1, train = !isStream(data), valid = true } = evaluate;
  return { every, train, valid };
}

function dataOf(data: AnyDataSet | AnyStream, feeds: FeedSpecs): Record<string, unknown> {
  const { inputScale = 1, classes = "none" } = data;
  const reading = { "data.inputScale": inputScale, "data.classes": classes };
  if (isStream(data)) {
    return { "data.rows": data.rows ?? "unknown", ...reading, ...flat("data.batch", feeds) };
  }
  const splits = splitsOf(data).map(([name, { inputs, targets, weights }]) => [
    `data.${name}`,
    `${rowsOf(inputs)} rows of ${leaves(inputs)} → ${leaves(targets)}${weights === undefined ? "" : ", weighted"}`,
  ]);
  return { ...Object.fromEntries(splits), ...reading };
}

function leaves(tree: Tree<Tensor>): string {
  return namedLeaves(tree, isTensor)
    .map(([path, { dtype, shape }]) => `${path} ${dtype} ${showShape(shape.slice(1))}`.trim())
    .join(", ");
}

/** Returns the model's variables and all parameters of the store, since a loss may apply other modules too. */
function variablesOf(model: AnyModule, store: Store): Record<string, string> {
  const own = new Set<VariableSpec>(model.variables.map(({ spec }) => spec));
  const known = store.variables.filter(({ spec }) => own.has(spec) || spec.role === "parameter");
  return Object.fromEntries(
    known.map(({ path, spec: { role, type, shape } }) => [
      path,
      `${role} ${type} ${showShape(shape)}`,
    ]),
  );
}

/** Returns the entries of a record by dotted names, so that the message can name a difference. */
function flat(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { [name]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, one]) => flat(`${name}.${key}`, one)),
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  const text = JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === "function") return "a function";
    return typeof one === "number" && !Number.isFinite(one) ? String(one) : one;
  });
  return text ?? String(value);
}
