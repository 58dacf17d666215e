import { input } from "@metrigrad/graph";
import { applyModel, type Law, type Mode, type Module } from "@metrigrad/nn";
import { type Backend, MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { fullOver, type Over, overText } from "../blocks/over.ts";
import { windowed } from "../blocks/windowed.ts";
import { checkLaw, checkMode, checkModel, checkOptions } from "../core/arguments.ts";
import { type MetricChoice, tableFor } from "../core/choice.ts";
import { inputWidth } from "../core/inputWidth.ts";
import type { SolverChoice } from "../core/solverChoice.ts";
import { type Subsystem, subsystems } from "../core/subsystems.ts";
import { fullMetrics } from "../tables/full.ts";
import { sizedHold } from "./budget.ts";
import { toDot } from "./dot.ts";
import { type ExplainRow, explainRow } from "./row.ts";
import { solversWithin } from "./solversWithin.ts";
import { alignedTable, shortNumber } from "./table.ts";

/** What `explain` may be told. */
export interface ExplainOptions {
  /** Rows of a batch. */
  readonly batchSize: number;
  /** Shape of one sample; by default the width that the first layer takes. */
  readonly inputs?: readonly number[];
  /** The law of the model's output, for metrics that ask for it. */
  readonly likelihood?: Law;
  /** `fullMetrics` by default: the last layer by the likelihood, where one is given. */
  readonly metrics?: MetricChoice;
  /** `train` by default. */
  readonly mode?: Mode;
  /** Which batches the metric is over, as an optimizer is told; `"batch"` by default. */
  readonly over?: Over;
  /**
   * Most bytes that all blocks may keep; unlimited by default. Blocks that do not fit are solved by an
   * exact solver that keeps less, where there is one.
   */
  readonly memoryBudget?: number;
  /** Solvers that must be taken; by default those of the cost model. */
  readonly solver?: SolverChoice;
  /** Where it would be computed; the text then ends with what runs where there. */
  readonly backend?: Pick<Backend, "describe">;
}

/** What preconditioning a model takes, by subsystem. */
export interface Explanation {
  readonly rows: readonly ExplainRow[];
  /** Sums over the rows. */
  readonly bytes: number;
  readonly build: number;
  readonly apply: number;
  /** The rows as a table. */
  toString(): string;
  /**
   * A Graphviz digraph: modules with their parameters, the flow of data between them, and the block
   * that each parameter belongs to.
   */
  toDot(): string;
}

/**
 * Says which metric every parameter has, from which source, and what building and solving with it
 * takes, before anything is allocated. Optimizers have tables of their own: pass them the same `metrics`,
 * or pass `linearMetrics` here for what `rngd()` does. Throws MetricError for a module without a row, for a model
 * whose input cannot be told, for a solver that a block has not, and where the blocks take more memory than the budget. A number alone is the
 * batch size.
 */
export function explain(model: Module, given: number | ExplainOptions): Explanation {
  const options = typeof given === "object" ? given : { batchSize: given };
  checkOptions("explain", options, names);
  checkModel("explain", model);
  checkBatchSize(options.batchSize);
  const { batchSize, likelihood = null, metrics = fullMetrics, mode = "train" } = options;
  const { over = "batch", memoryBudget = Number.POSITIVE_INFINITY } = options;
  checkLaw("explain", likelihood);
  checkMode("explain", mode);
  const by = fullOver("explain", over);
  const { solver, backend } = options;
  if (backend !== undefined && typeof backend?.describe !== "function") throw noBackend();
  const x = input("x", [batchSize, ...sampleShape(model, options.inputs)]);
  const { applications, parameters } = applyModel(model, x, { mode, law: likelihood });
  const variables = parameters.map(({ variable }) => variable);
  const single = subsystems(applications, tableFor(metrics, applications), variables);
  const found = by.window === 1 ? single : single.map((one) => overWindow(one, by.window));
  const costs = solversWithin("explain", found, { over, memoryBudget, solver });
  const costOf = (block: Block | null) => (block === null ? null : (costs.get(block) ?? null));
  const rows = Object.freeze(found.map((one) => explainRow(one, costOf(one.block))));
  const total = (key: "bytes" | "build" | "apply") => rows.reduce((sum, row) => sum + row[key], 0);
  const [bytes, build, apply] = [total("bytes"), total("build"), total("apply")];
  return Object.freeze({
    rows,
    bytes,
    build,
    apply,
    toDot: () => toDot({ x, applications, found, rows }),
    toString: () =>
      `${alignedTable(rows, columns)}\n` +
      `batches of ${batchSize}, ${overText(by)}: ` +
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
  "backend",
] as const satisfies readonly (keyof ExplainOptions)[];

const columns = [
  { title: "module", text: ({ path, params }: ExplainRow) => path || params.join(", ") },
  { title: "metric", text: ({ form }: ExplainRow) => form },
  { title: "response", text: ({ law }: ExplainRow) => law ?? "–" },
  { title: "matrices", text: layoutText },
  { title: "solver", text: solverText },
  { title: "bytes", text: ({ bytes }: ExplainRow) => shortNumber(bytes, "B"), right: true },
  { title: "build", text: ({ build }: ExplainRow) => shortNumber(build), right: true },
  { title: "apply", text: ({ apply }: ExplainRow) => shortNumber(apply), right: true },
  { title: "source", text: ({ source }: ExplainRow) => source },
];

function layoutText({ layout, uses }: ExplainRow): string {
  return uses > 1 ? `${layout}, ${uses} uses` : layout;
}

function solverText({ solver, why }: ExplainRow): string {
  return solver === "none" ? "–" : `${solver} (${why})`;
}

function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new MetricError({
    where: "explain",
    must: "batchSize must be a positive integer",
    got: String(batchSize),
    todo: "pass the number of rows: { batchSize: 50 }, or 50",
  });
}

function noBackend(): MetricError {
  return new MetricError({
    where: "explain",
    must: "backend must be a backend",
    got: "something without describe()",
    todo: "pass what await cpu() or await gpu() gives",
  });
}

/** A subsystem whose block is over the rows of k batches. */
function overWindow(one: Subsystem, k: number): Subsystem {
  return one.block === null ? one : { ...one, block: windowed(one.block, k, sizedHold().hold) };
}

function sampleShape(model: Module, given: readonly number[] | undefined): readonly number[] {
  if (Array.isArray(given) && given.every((size) => Number.isInteger(size) && size > 0))
    return given;
  if (given !== undefined) {
    throw new MetricError({
      where: "explain",
      must: "inputs must be the shape of one sample",
      got: JSON.stringify(given),
      todo: "pass { inputs: [784] }",
    });
  }
  const width = inputWidth(model);
  if (width !== null) return [width];
  throw new MetricError({
    where: "explain",
    must: "the shape of a sample must be known",
    got: "a model that takes no rows of a width that its parameters suggest",
    todo: "pass it: { inputs: [784] }",
  });
}
