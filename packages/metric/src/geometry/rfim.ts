import { type AnyLaw, type AnyModule, applyModel, type Mode } from "@metrigrad/nn";
import { type Store, type Tensor, tensor } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { checkIsLaw, checkMode, checkModel, checkOptions } from "../core/arguments.ts";
import { chosenSolvers, type SolverChoice } from "../core/solverChoice.ts";
import { type Subsystem, subsystems } from "../core/subsystems.ts";
import { checkTable, type MetricTable } from "../core/table.ts";
import { linearMetrics } from "../tables/standard.ts";
import { type Batch, batchInput } from "./batch.ts";
import { blockGeometry, type RfimBlock } from "./block.ts";
import { checkStore } from "./checkStore.ts";
import type { SolveDamping } from "./dampedSolve.ts";
import { type Covered, checkDirections, type Directions } from "./directions.ts";
import { type Flat, flatOf } from "./flat.ts";

/**
 * Options of {@link rfim}.
 *
 * @category Geometry
 */
export interface RfimOptions {
  /** The store that holds the parameters. Its backend computes. */
  readonly store: Store;
  /** The law of the model's output, for tables that use it. */
  readonly likelihood?: AnyLaw;
  /**
   * The table of metrics; {@link linearMetrics} by default, as for `rngd()`. {@link fullMetrics} follows activations
   * and the likelihood.
   */
  readonly metrics?: MetricTable;
  /** The mode of the model; `"infer"` by default. */
  readonly mode?: Mode;
}

/**
 * How the blocks are solved.
 *
 * @category Geometry
 */
export interface RfimSolveOptions extends SolveDamping {
  /** The solver of all blocks, or solvers by path. By default the cost model chooses. */
  readonly solver?: SolverChoice;
}

/**
 * The relative Fisher information of a model's subsystems on a batch: a block-diagonal metric ḡ.
 *
 * Vectors are tensors by parameter name, and names that are left out are zero. Methods that take a vector throw
 * {@link MetricError} for unknown names and {@link ShapeError} for other shapes.
 *
 * @category Geometry
 */
export interface Rfim {
  /** The block of each subsystem, in the order of the parameters. Subsystems with the plain gradient have none. */
  readonly blocks: readonly RfimBlock[];
  /** The names of the parameters that take the plain gradient. They have no metric. */
  readonly plain: readonly string[];
  /**
   * Multiplies by the metric: ḡδ.
   *
   * @param delta - The vector δ by parameter name.
   * @returns The product by parameter name.
   */
  apply(delta: Directions): Promise<Record<string, Tensor>>;
  /**
   * Returns the squared length ⟨δ, δ⟩ = δ'ḡδ in nats. Half of it is about the KL divergence.
   *
   * @param delta - The step δ by parameter name.
   * @returns The squared length.
   */
  quadratic(delta: Directions): Promise<number>;
  /**
   * Returns the length √(δ'ḡδ) in √nats.
   *
   * @param delta - The step δ by parameter name.
   * @returns The length.
   */
  length(delta: Directions): Promise<number>;
  /**
   * Solves with the damped metric: (ḡ + λI)⁻¹∂L, the direction of RNGD. Throws {@link MetricError} if a damped block
   * is singular, and for a solver that a block does not have.
   *
   * @param gradient - The gradient ∂L by parameter name. It may contain parameters with the plain gradient.
   * @param options - The damping and the solvers.
   * @returns The direction by parameter name. What takes the plain gradient comes back unchanged.
   */
  solve(gradient: Directions, options?: RfimSolveOptions): Promise<Record<string, Tensor>>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/**
 * Computes the relative Fisher information of a model's subsystems: ḡ = (1/n) Σ_s g(θ | θ_f^s) (Sun and Nielsen 2017,
 * section 3).
 *
 * The closed forms come from a table of metrics, the parameters from a store. A program is compiled when its value is
 * first needed, and reads the parameters of that time.
 *
 * {@includeCode ../../../../examples/api/metric/rfim.ts#example}
 *
 * @param model - The model.
 * @param batch - The inputs [n, …], or an object with `inputs`, such as a split of a data set.
 * @param options - The store, the likelihood, the table and the mode.
 * @returns Resolves to the metric with its operations. Close it when you are done.
 * @throws {@link ShapeError} if the batch does not fit.
 * @throws {@link MetricError} for a parameter without a row, for unknown options, and without a model or a store.
 * @category Geometry
 */
export async function rfim(model: AnyModule, batch: Batch, options: RfimOptions): Promise<Rfim> {
  checkOptions("rfim", options, ["store", "likelihood", "metrics", "mode"]);
  const { store, likelihood = null, metrics = linearMetrics, mode = "infer" } = options;
  checkModel("rfim", model);
  checkStore("rfim", store);
  checkIsLaw("rfim", likelihood);
  checkMode("rfim", mode);
  checkTable("rfim, metrics", metrics);
  const { x, y, weights, feeds } = batchInput("rfim", batch);
  const observed = { law: likelihood as never, ...(y === null ? {} : { targets: y as never }) };
  const applied = applyModel(model as never, x as never, {
    mode,
    rowWeights: weights,
    ...observed,
  });
  const { applications, parameters } = applied;
  const variables = parameters.map(({ variable }) => variable);
  const found = subsystems(applications, metrics, variables);
  const blocks = found.filter(hasBlock).map((one) => blockGeometry(one, store, feeds));
  const plain = found.filter(({ block }) => block === null).flatMap(({ names }) => names);
  const shapes = new Map(parameters.map(({ variable, path }) => [path, variable.shape]));
  for (const name of plain) shapes.delete(name);
  const covered: Covered = { shapes, plain };

  const layouts = blocks.map((block) => {
    const own = block.params.map((name) => [name, shapes.get(name) ?? []] as const);
    return { block, layout: flatOf(new Map(own)) };
  });
  /** Returns what `f` gives for the columns of each block that has a value. */
  const each = async <T>(
    given: Directions,
    f: (block: RfimBlock, columns: Tensor, layout: Flat) => Promise<T>,
  ) => {
    const results: T[] = [];
    for (const { block, layout } of layouts) {
      if (!block.params.some((name) => given[name] !== undefined)) continue;
      const { d, m } = block;
      const columns = tensor(layout.join(given).data(), { shape: [d, m] });
      results.push(await f(block, columns, layout));
    }
    return results;
  };
  /** Does the same if `f` returns columns, and returns values by name. */
  const eachColumns = async (
    given: Directions,
    f: (block: RfimBlock, columns: Tensor) => Promise<Tensor>,
  ): Promise<Record<string, Tensor>> => {
    const parts = await each(given, async (block, columns, layout) =>
      layout.split(await f(block, columns)),
    );
    return Object.assign({}, ...parts);
  };
  const quadratic = async (delta: Directions, where = "rfim.quadratic") => {
    checkDirections(where, delta, covered);
    const parts = await each(delta, (block, value) => block.quadratic(value));
    return parts.reduce((total, part) => total + part, 0);
  };

  return Object.freeze({
    blocks,
    plain,
    apply: async (delta: Directions) => {
      checkDirections("rfim.apply", delta, covered);
      return eachColumns(delta, (block, value) => block.apply(value));
    },
    quadratic: (delta: Directions) => quadratic(delta),
    length: async (delta: Directions) =>
      Math.sqrt(Math.max(0, await quadratic(delta, "rfim.length"))),
    solve: async (gradient: Directions, options: RfimSolveOptions = {}) => {
      checkDirections("rfim.solve", gradient, covered, true);
      checkOptions("rfim.solve", options, ["relative", "absolute", "solver"]);
      const { solver, ...damping } = options;
      const asked = chosenSolvers("rfim.solve", solver, blocks);
      const solved = await eachColumns(gradient, (block, value) => {
        const own = asked[blocks.indexOf(block)];
        return block.solve(value, own === undefined ? damping : { ...damping, solver: own });
      });
      return { ...gradient, ...solved };
    },
    close: async () => {
      for (const block of blocks) await block.close();
    },
  });
}

function hasBlock(subsystem: Subsystem): subsystem is Subsystem & { readonly block: Block } {
  return subsystem.block !== null;
}
