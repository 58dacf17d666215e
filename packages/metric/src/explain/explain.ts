import { input, type Variable } from "@metrigrad/graph";
import {
  type AnyLaw,
  type AnyModule,
  type Application,
  applyModel,
  type Mode,
  type NodeTree,
} from "@metrigrad/nn";
import {
  type Backend,
  type FloatType,
  MetricError,
  mapTree,
  type Tree,
  type ValueType,
} from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { fullOver, type Over, overText } from "../blocks/over.ts";
import { windowed } from "../blocks/windowed.ts";
import { checkIsLaw, checkMode, checkModel, checkOptions } from "../core/arguments.ts";
import { inputWidth } from "../core/inputWidth.ts";
import type { SolverChoice } from "../core/solverChoice.ts";
import { type Subsystem, subsystems } from "../core/subsystems.ts";
import { checkTable, type MetricTable, metricTable } from "../core/table.ts";
import { linearMetrics } from "../tables/standard.ts";
import { type SolveCost, sizedHold } from "./budget.ts";
import { toDot } from "./dot.ts";
import { type ExplainGraph, graphOf } from "./graph.ts";
import { type MeasuredPart, measuredParts, type OptimizerMetric } from "./metricUse.ts";
import { checkFloats, checkSolvable, type SolvePrecision } from "./numberBytes.ts";
import { checkBatchSize, noBackend } from "./refusals.ts";
import { type ExplainRow, explainRow } from "./row.ts";
import { solversWithin } from "./solversWithin.ts";
import { alignedTable, shortNumber } from "./table.ts";

/** The shape of one sample, such as [784], with its type if that is not float. @category Metrics: tables */
export type SampleShape =
  | readonly number[]
  | { readonly shape: readonly number[]; readonly type: ValueType };

/** Options of {@link explain}. @category Metrics: tables */
export interface ExplainOptions {
  /** The number of rows of a batch. */
  readonly batchSize: number;
  /** The shape of one sample, or `{ shape, type }`, in the model's structure; by default the width of the first layer. */
  readonly inputs?: Tree<SampleShape>;
  /** The law of the model's output, for tables that use it. */
  readonly likelihood?: AnyLaw;
  /** The table of metrics; {@link linearMetrics} by default, as for `rngd()`. */
  readonly metrics?: MetricTable;
  /** The mode of the model; `"train"` by default. */
  readonly mode?: Mode;
  /** Which batches the metric is over, as for an optimizer; `"batch"` by default. */
  readonly over?: Over;
  /** The most bytes that all blocks may keep; unlimited by default. It can change solvers to others that keep less. */
  readonly memoryBudget?: number;
  /** The solver of all blocks, or solvers by path. By default the cost model chooses. */
  readonly solver?: SolverChoice;
  /** The number of steps of solvers that are not exact; 50 for "cg" and 10 for "nystrom" by default. */
  readonly iterations?: number;
  /** The rank of the solver "nystrom"; by default a tenth of the order, and at least 32. */
  readonly rank?: number;
  /** The element type in which the metric is made and solved; `"store"` by default. */
  readonly solvePrecision?: SolvePrecision;
  /** The element type of the store, which the bytes follow. By default it is the backend's first type, or `"f32"`. */
  readonly float?: FloatType;
  /** An optimizer, whose own settings of the metric take the place of the settings here. */
  readonly optimizer?: { readonly name: string; readonly metric?: OptimizerMetric };
  /** The backend that would compute. The text then ends with what runs where on it. */
  readonly backend?: Pick<Backend, "describe" | "floats">;
}

/** What it takes to precondition a model, by subsystem. @category Metrics: tables */
export interface Explanation {
  /** A row for each subsystem. */
  readonly rows: readonly ExplainRow[];
  /** The bytes that are kept, over all rows. */
  readonly bytes: number;
  /** Multiply-adds to build and factor all blocks once. */
  readonly build: number;
  /** Multiply-adds to solve for one gradient. */
  readonly apply: number;
  /** The modules of the model and the flow of data between them. */
  readonly graph: ExplainGraph;
  /** Returns the rows as a table of text. @returns The text. */
  toString(): string;
  /**
   * Returns a Graphviz digraph: modules with their parameters, the flow of data between them, and the block of each
   * parameter.
   * @returns The text of the graph.
   */
  toDot(): string;
}

/**
 * Says which metric every parameter has, where it comes from, and what it costs. Nothing is allocated.
 *
 * By default the table is {@link linearMetrics}. With `{ optimizer }` the metric is the one that the optimizer uses.
 *
 * {@includeCode ../../../../examples/api/metric/explain.ts#example}
 *
 * @param model - The model.
 * @param given - The batch size, or options with it.
 * @returns The rows, their sums, a table of text and a drawing.
 * @throws {@link MetricError} for a parameter without a row, if the input of the model cannot be found, and if the
 *   blocks exceed the memory budget. Also for options that are not valid, or not possible on the backend.
 * @throws {@link ShapeError} if `inputs` do not fit the model.
 * @category Metrics: tables
 */
export function explain(model: AnyModule, given: number | ExplainOptions): Explanation {
  const options = typeof given === "object" ? given : { batchSize: given };
  checkOptions("explain", options, names);
  checkModel("explain", model);
  checkBatchSize(options.batchSize);
  checkFloats("explain", options);
  const metric = metricOf(options);
  const { batchSize, likelihood = null, mode = "train" } = options;
  checkIsLaw("explain", likelihood);
  checkMode("explain", mode);
  const { backend } = options;
  if (backend !== undefined && typeof backend?.describe !== "function") throw noBackend();
  const x = inputNodes(model, batchSize, options.inputs);
  const applied = applyModel(model as never, x as never, { mode, law: likelihood as never });
  const { applications, parameters } = applied;
  const variables = parameters.map(({ variable }) => variable);
  const { float = backend?.floats[0] ?? "f32" } = options;
  const parts = measuredParts(metric, parameters).filter((one) => one.parameters.length > 0);
  for (const part of parts) {
    const { solvePrecision = "store" } = part.metric ?? {};
    if (backend !== undefined) checkSolvable("explain", solvePrecision, backend.floats);
  }
  const measured = parts.map((part) => measuredPart(part, applications, float));
  const order = ({ params }: Subsystem) => variables.indexOf(params[0] as Variable);
  const found = measured.flatMap((part) => part.found).sort((a, b) => order(a) - order(b));
  const costs = new Map(measured.flatMap((part) => [...part.costs]));
  const costOf = (block: Block | null) => (block === null ? null : (costs.get(block) ?? null));
  const times = new Set(measured.flatMap(({ over }) => over ?? []));
  const rows = Object.freeze(found.map((one) => explainRow(one, costOf(one.block))));
  const total = (key: "bytes" | "build" | "apply") => rows.reduce((sum, row) => sum + row[key], 0);
  const [bytes, build, apply] = [total("bytes"), total("build"), total("apply")];
  return Object.freeze({
    rows,
    bytes,
    build,
    apply,
    graph: graphOf(x, applications, applied.output as NodeTree),
    toDot: () => toDot({ x, applications, found, rows }),
    toString: () =>
      `${alignedTable(rows, columnsOf(rows))}\n` +
      `batches of ${batchSize}, ${[...times].join(" and ") || overText(fullOver("explain", "batch"))}: ` +
      `${shortNumber(bytes, "B")} kept, ${shortNumber(build)} multiply-adds to build, ` +
      `${shortNumber(apply)} to apply` +
      (backend === undefined ? "" : `\n${backend.describe()}`),
  });
}

const names = [
  "batchSize",
  "inputs",
  "likelihood",
  "metrics",
  "mode",
  "over",
  "memoryBudget",
  "solver",
  "iterations",
  "rank",
  "solvePrecision",
  "float",
  "backend",
  "optimizer",
] as const satisfies readonly (keyof ExplainOptions)[];

/** Returns the columns of the table. Modules with several rows are shown with the parameters of each. */
const columnsOf = (rows: readonly ExplainRow[]) => [
  { title: "module", text: (row: ExplainRow) => nameOf(row, rows) },
  { title: "metric", text: ({ form }: ExplainRow) => form },
  { title: "response", text: ({ law }: ExplainRow) => law ?? "–" },
  { title: "matrices", text: layoutText },
  { title: "solver", text: solverText },
  { title: "bytes", text: ({ bytes }: ExplainRow) => shortNumber(bytes, "B"), right: true },
  { title: "build", text: ({ build }: ExplainRow) => shortNumber(build), right: true },
  { title: "apply", text: ({ apply }: ExplainRow) => shortNumber(apply), right: true },
  { title: "source", text: ({ source }: ExplainRow) => source },
];

function nameOf({ path, params }: ExplainRow, rows: readonly ExplainRow[]): string {
  const alone = rows.filter((row) => row.path === path).length === 1;
  return path !== "" && alone ? path : params.join(", ");
}

function layoutText({ layout, uses }: ExplainRow): string {
  return uses > 1 ? `${layout}, ${uses} uses` : layout;
}

function solverText({ solver, why }: ExplainRow): string {
  return solver === "none" ? "–" : `${solver} (${why})`;
}

/** Returns a subsystem whose block is over the rows of k batches. */
function overWindow(one: Subsystem, k: number): Subsystem {
  return one.block === null ? one : { ...one, block: windowed(one.block, k, sizedHold().hold) };
}

/** Returns the settings of the metric: the given ones, or those of an optimizer. Throws MetricError. */
function metricOf(options: ExplainOptions): OptimizerMetric {
  const { optimizer } = options;
  if (optimizer === undefined) {
    const { metrics = linearMetrics, over = "batch", solver = null } = options;
    const { solvePrecision = "store" } = options;
    const { memoryBudget = Number.POSITIVE_INFINITY } = options;
    fullOver("explain", over);
    checkTable("explain, metrics", metrics);
    const { iterations, rank } = options;
    const effort = {
      ...(iterations !== undefined && { iterations }),
      ...(rank !== undefined && { rank }),
    };
    return { metrics, over, memoryBudget, solver, effort, solvePrecision };
  }
  const settings = ["metrics", "over", "memoryBudget", "solver", "iterations", "rank"] as const;
  const own = [...settings, "solvePrecision"] as const;
  const both = own.find((name) => options[name] !== undefined);
  if (both !== undefined) throw givenTwice(both);
  return optimizer.metric ?? null;
}

/** Returns the subsystems of some parameters, and how each is solved. Throws MetricError. */
function measuredPart(
  { metric, parameters }: MeasuredPart,
  applications: readonly Application[],
  float: FloatType,
) {
  const variables = parameters.map(({ variable }) => variable);
  if (metric === null) {
    const found = subsystems(applications, metricTable("none").orPlain(), variables);
    return { found, costs: new Map<Block, SolveCost>(), over: null };
  }
  const { metrics, over, memoryBudget, solver, effort = {}, solvePrecision } = metric;
  const by = fullOver("explain", over);
  const single = subsystems(applications, metrics, variables);
  const found = by.window === 1 ? single : single.map((one) => overWindow(one, by.window));
  const costs = solversWithin("explain", found, {
    over,
    memoryBudget,
    solver: solver ?? undefined,
    ...effort,
    float,
    solvePrecision,
  });
  return { found, costs, over: overText(by) };
}

function givenTwice(name: string): MetricError {
  return new MetricError({
    where: "explain",
    must: "the settings of the metric are those of the optimizer, where one is given",
    got: `${name} beside an optimizer`,
    todo: "leave one of them out",
  });
}

/** Makes the inputs of a batch in the structure that the model takes. Throws MetricError. */
function inputNodes(
  model: AnyModule,
  batchSize: number,
  given: Tree<SampleShape> | undefined,
): NodeTree {
  if (given === undefined) return input("x", [batchSize, sampleWidth(model)]);
  try {
    return mapTree(given as never, isSampleShape, (one, path) => {
      const { shape, type } = "shape" in one ? one : { shape: one, type: "float" as const };
      return input(path === "" ? "x" : `x/${path}`, [batchSize, ...shape], type);
    }) as NodeTree;
  } catch {
    throw new MetricError({
      where: "explain",
      must: "inputs must be the shape of one sample, or shapes in the structure that the model takes",
      got: JSON.stringify(given),
      todo: 'pass { inputs: [784] }, or { inputs: { image: [784], word: { shape: [], type: "i32" } } }',
    });
  }
}

function isSampleShape(value: unknown): value is SampleShape {
  const sizes = (list: unknown) =>
    Array.isArray(list) && list.every((size) => Number.isInteger(size) && size > 0);
  if (typeof value !== "object" || value === null) return false;
  return sizes(value) || ("shape" in value && "type" in value && sizes(value.shape));
}

function sampleWidth(model: AnyModule): number {
  const width = inputWidth(model);
  if (width !== null) return width;
  throw new MetricError({
    where: "explain",
    must: "the shape of a sample must be known",
    got: "a model that takes no rows of a width that its parameters suggest",
    todo: 'pass it: { inputs: [784] }, or shapes in the structure that the model takes: { inputs: { image: [784], word: { shape: [], type: "i32" } } }',
  });
}
