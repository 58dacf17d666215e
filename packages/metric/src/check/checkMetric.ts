import { constant } from "@metrigrad/graph";
import {
  type Activation,
  type AnyLaw,
  type AnyModule,
  applyModel,
  dense,
  type ModuleExample,
} from "@metrigrad/nn";
import {
  type Backend,
  isTensor,
  MetricError,
  mapTree,
  reference,
  type Tensor,
  type Tree,
} from "@metrigrad/tensor";
import { checkIsLaw, checkOptions } from "../core/arguments.ts";
import { describedName, type Metric } from "../core/defMetric.ts";
import { inputWidth } from "../core/inputWidth.ts";
import type { UnitRow } from "../rfim/unitRow.ts";
import { neuronRows } from "../tables/neuron.ts";
import { blockChecks, type Jacobian, jacobianOf } from "./blockChecks.ts";
import { rowLawChecks } from "./checkLaw.ts";
import { type MetricCheck, type MetricReport, metricReport, prefixed } from "./report.ts";
import { drawn, numbers, type Place, type Stage, stageOf } from "./subject.ts";

/**
 * Options of {@link checkMetric}.
 *
 * @category Checks
 */
export interface CheckMetricOptions {
  /** A small module to check on. By default it is the example of the metric, or of its kind of module. */
  readonly module?: AnyModule;
  /**
   * The input of the module, with the samples first: a tensor, or the tree that the module takes. It is drawn by
   * default.
   */
  readonly inputs?: Tree<Tensor>;
  /** The weights of the samples, [n]; all 1 by default. */
  readonly rowWeights?: Tensor;
  /** The values of parameters by name. They are drawn by default. */
  readonly parameters?: Readonly<Record<string, Tensor>>;
  /** The law of the module's output, for metrics that do not name their response. */
  readonly law?: AnyLaw;
  /** The seed of draws; 1 by default. */
  readonly seed?: number;
  /**
   * The number of draws per row, for laws that can be neither listed nor integrated; 2,000 by default. If that is too
   * few, more are drawn.
   */
  readonly samples?: number;
  /** The largest relative error of finite differences, enumeration and quadrature; 1e-6 by default. */
  readonly tolerance?: number;
}

const names = [
  "module",
  "inputs",
  "rowWeights",
  "parameters",
  "law",
  "seed",
  "samples",
  "tolerance",
] as const;
const rowsByDefault = 6;
/**
 * The number of rows of a response at which its law is checked. It is smaller where integrals are over several
 * numbers.
 */
const mostRows = { one: 4, several: 2 } as const;
/** How often parameters are moved. */
const mostTurns = 6;

/**
 * Checks a metric against its definition g = E[∂l ∂l'], in float64, on small modules.
 *
 * - The law of each response is a density, and its Fisher information F_r is E[score score'], as in {@link checkLaw}.
 *   If not, the comparisons with F_r are left out.
 * - Each block is symmetric and positive semi-definite.
 * - Each block is the mean over samples of J'F_rJ. J = ∂h/∂θ comes from finite differences and from automatic
 *   differentiation. Rows of one sample and uses of one parameter add up.
 * - KL(p_θ ‖ p_θ+εδ) is ½ε²δ'gδ for small ε.
 * - Products and all solvers agree with the dense matrix.
 *
 * Steps become smaller near kinks, as of relu, max, abs and where. Parameters on a kink, or without an effect on any
 * response, are moved, and the report says so.
 *
 * {@includeCode ../../../../examples/api/metric/checkMetric.ts#example}
 *
 * @param metric - A row of a table, or a row of neurons such as {@link tanhRow}.
 * @param options - Where and how closely to check.
 * @returns Resolves to a report: what is wrong, by how much, and where.
 * @throws {@link MetricError} if the value is no metric, for unknown options, and if there is no module to check it
 *   on. Errors of the metric and of the module pass through.
 * @category Checks
 */
export async function checkMetric(
  metric: Metric | UnitRow,
  options: CheckMetricOptions = {},
): Promise<MetricReport> {
  checkIsMetric(metric);
  checkOptions("checkMetric", options, names);
  checkIsLaw("checkMetric", options.law ?? null);
  if ("nu" in metric) return checkUnitRow(metric, options);
  const { law = null, rowWeights = null, seed = 1 } = options;
  const examples = examplesOf(metric, options);
  const checks: MetricCheck[] = [];
  const backend = await reference();
  try {
    for (const [index, { module, inputs }] of examples.entries()) {
      const place: Place = { module, inputs, rowWeights, law, seed };
      const prefix = examples.length === 1 ? "" : `example ${index + 1}, `;
      checks.push(...prefixed(prefix, await exampleChecks(metric, place, options, backend)));
    }
  } finally {
    await backend.close();
  }
  if (checks.length > 0) return metricReport(describedName(metric.of), checks);
  throw new MetricError({
    where: `checkMetric of ${describedName(metric.of)}`,
    must: "the module must have a block of this metric",
    got: "none",
    todo: "pass a module of the kind that the metric describes; the plain gradient has no metric",
  });
}

function checkIsMetric(metric: unknown): void {
  const { block, nu } = (metric ?? {}) as Partial<Metric & UnitRow>;
  if (typeof block === "function" || typeof nu === "function") return;
  throw new MetricError({
    where: "checkMetric",
    must: "it must be a metric or a row of neurons",
    got: String(metric),
    todo: "pass what defMetric, autoMetric or a row such as tanhRow() gives",
  });
}

/** Checks a row of neurons as the metric of a layer of such neurons. */
function checkUnitRow(row: UnitRow, options: CheckMetricOptions): Promise<MetricReport> {
  const activation: Activation = row.activation;
  const module = options.module ?? dense(2, 2, { activation });
  return checkMetric(neuronRows([row]), { ...options, module });
}

/** Runs all checks on one module. */
async function exampleChecks(
  metric: Metric,
  place: Place,
  { parameters = {}, samples = 2000, tolerance = 1e-6 }: CheckMetricOptions,
  backend: Backend,
): Promise<MetricCheck[]> {
  const stage = await stageOf(metric, place, parameters, backend);
  const { jacobians, note } = await offKinks(stage);
  const checks: MetricCheck[] = note === null ? [] : [note];
  const verdicts: { readonly law: unknown; readonly m: number; readonly passed: boolean }[] = [];
  const drawing = { count: samples, seed: place.seed, drawn: spreadDraws(place.seed) };
  for (const [at, subject] of stage.subjects.entries()) {
    const { responses, store, name } = subject;
    let trusted = true;
    for (const { law, natural } of responses) {
      const [, m = 0] = natural.shape;
      let known = verdicts.find((one) => one.law === law && one.m === m);
      if (known === undefined) {
        const [values] = await numbers(store, [natural]);
        const rows = { law, store, m, ...someRows(values as Float64Array, m) };
        const found = await rowLawChecks(rows, { ...drawing, store, tolerance, always: false });
        checks.push(...prefixed(`law ${law.name}: `, found));
        known = { law, m, passed: found.every(({ passed }) => passed) };
        verdicts.push(known);
      }
      trusted &&= known.passed;
    }
    const found = await blockChecks(subject, jacobians[at] as Jacobian, trusted, tolerance);
    checks.push(...prefixed(`${name}: `, found));
  }
  return checks;
}

/** Computes Jacobians at parameters that are not on a kink, and on which all blocks depend. */
async function offKinks({ subjects, draw }: Stage) {
  const name = "the parameters show the metric";
  const why = new Set<string>();
  for (let turn = 0; ; turn++) {
    if (turn > 0) await draw(turn);
    const jacobians: Jacobian[] = [];
    for (const subject of subjects) jacobians.push(await jacobianOf(subject));
    const kinks = jacobians.reduce((sum, one) => sum + one.kinks, 0);
    const flat = jacobians.some(({ idle, columns }) => idle === columns.length);
    if (kinks === 0 && !flat) {
      const times = turn === 1 ? "once" : `${turn} times`;
      const detail = `moved ${times}, because ${[...why].join(", and ")} there`;
      return { jacobians, note: turn === 0 ? null : { name, passed: true, detail } };
    }
    if (kinks > 0) why.add("responses had kinks");
    if (flat) why.add("responses did not depend on them");
    if (turn < mostTurns) continue;
    const detail = `after ${turn} moves ${kinks > 0 ? `${kinks} derivatives of responses do not exist` : "responses do not depend on them"}; pass other { parameters } or { inputs }`;
    return { jacobians, note: { name, passed: false, detail } };
  }
}

/** Picks a few rows of [rows, m], spread over all of them. */
function someRows(values: Float64Array, m: number) {
  const rows = values.length / m;
  const n = Math.min(rows, m > 1 ? mostRows.several : mostRows.one);
  const at = (s: number) => Math.floor((s * rows) / n);
  const h = Float64Array.from(
    { length: n * m },
    (_, i) => values[at(Math.floor(i / m)) * m + (i % m)] as number,
  );
  return { h, n };
}

function spreadDraws(seed: number) {
  return (path: string, shape: readonly number[]) => drawn(seed, path, shape, 0.7);
}

/** Returns small modules with inputs to check a metric on. */
function examplesOf(
  metric: Metric,
  { module, inputs, seed = 1 }: CheckMetricOptions,
): readonly ModuleExample[] {
  const { of } = metric;
  const named = module === undefined ? (metric.example ?? kindExample(of)) : null;
  if (named !== null && inputs === undefined) return [named()].flat();
  const made = module ?? ("definition" in of ? (of as AnyModule) : null);
  const modules =
    made !== null
      ? [made]
      : named !== null
        ? [named()].flat().map((one) => one.module)
        : [guessed(metric)];
  return modules.map((one) => ({ module: one, inputs: inputs ?? inputsOf(one, metric, seed) }));
}

/** Returns the example of a kind of module; null for a single module, and if there is none. */
function kindExample(of: Metric["of"]) {
  return "spec" in of ? (of.spec.example ?? null) : null;
}

/** Returns inputs that a module takes: those of an example of its kind, else drawn rows. Throws MetricError. */
function inputsOf(module: AnyModule, metric: Metric, seed: number): Tree<Tensor> {
  const { example } = module.definition.spec;
  const shown = [metric.example, example].flatMap((one) => (one ? [one()].flat() : []));
  const fits = (one: Tree<Tensor>) => attempt(() => applied(module, one)) !== null;
  let last = "";
  const note = (error: unknown) => {
    last = `: ${error}`;
  };
  const width = attempt(() => inputWidth(module, note));
  if (width !== null) return drawn(seed, "check/inputs", [rowsByDefault, width], 1);
  const found = shown.find((one) => fits(one.inputs));
  if (found !== undefined) return found.inputs;
  throw new MetricError({
    where: `checkMetric of ${describedName(metric.of)}`,
    must: "the shape of the module's inputs must be known",
    got: `a module that takes no rows of a width that its parameters suggest${last}`,
    todo: "pass { inputs: tensor([[…], …]) }",
  });
}

function applied(module: AnyModule, inputs: Tree<Tensor>): unknown {
  const x = mapTree(inputs, isTensor, (value) => constant(value));
  return applyModel(module as never, x as never);
}

/** The arguments that are tried to make a small module of an unknown kind, in this order. */
const guesses: readonly (readonly unknown[])[] = [
  [],
  [2, 2],
  [2],
  [{ inputs: 2, outputs: 2, features: 2, units: 2, size: 2 }],
];

/** Makes a module of a kind with small sizes. Throws MetricError if none of the guesses works. */
function guessed({ of }: Metric): AnyModule {
  const make = of as unknown as (...args: readonly unknown[]) => AnyModule;
  let last = "";
  const note = (error: unknown) => {
    last = `; the last one says: ${error}`;
  };
  for (const args of typeof of === "function" ? guesses : []) {
    const made = attempt(() => make(...args), note);
    if (made !== null && attempt(() => inputWidth(made, note), note) !== null) return made;
  }
  const name = describedName(of);
  const show = (value: unknown) =>
    typeof value === "number" ? String(value) : "{ inputs: 2, outputs: 2, … }";
  const tried = guesses.map((args) => `${name}(${args.map(show).join(", ")})`).join(" or ");
  throw new MetricError({
    where: `checkMetric of ${name}`,
    must: "there must be a small module to check it on",
    got: typeof of === "function" ? `none that ${tried} makes${last}` : "none",
    todo: `pass { module: ${typeof of === "function" ? name : "dense"}(…), inputs }, or give the metric \`example: () => ({ module, inputs })\``,
  });
}

function attempt<T>(make: () => T, refused: (error: unknown) => void = () => {}): T | null {
  try {
    return make();
  } catch (error) {
    refused(error);
    return null;
  }
}
