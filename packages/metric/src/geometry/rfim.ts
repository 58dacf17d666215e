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

/** What `rfim` needs beside model and batch. */
export interface RfimOptions {
  /** Holds the parameters; its backend computes. */
  readonly store: Store;
  /** The law of the model's output, for metrics that ask for it. */
  readonly likelihood?: AnyLaw;
  /** `linearMetrics` by default, as `rngd()` has it; `fullMetrics` follows activations and the likelihood. */
  readonly metrics?: MetricTable;
  /** `infer` by default. */
  readonly mode?: Mode;
}

/** How the blocks are solved. */
export interface RfimSolveOptions extends SolveDamping {
  /** By default those of the cost model. */
  readonly solver?: SolverChoice;
}

/**
 * The relative Fisher information of a model's subsystems on a batch: a block diagonal metric ḡ.
 * A value δ of the parameters is given by variable names; names left out are zero.
 */
export interface Rfim {
  /** In the order of application; subsystems that take the plain gradient have none. */
  readonly blocks: readonly RfimBlock[];
  /** Names of the parameters that take the plain gradient: they have no metric. */
  readonly plain: readonly string[];
  /** ḡδ. Throws MetricError and ShapeError. */
  apply(delta: Directions): Promise<Record<string, Tensor>>;
  /** ⟨δ, δ⟩ = δ'ḡδ, the squared length in nats; half of it is about the KL divergence. */
  quadratic(delta: Directions): Promise<number>;
  /** √(δ'ḡδ). */
  length(delta: Directions): Promise<number>;
  /**
   * (ḡ + λI)⁻¹∂L, the direction of RNGD; what takes the plain gradient comes back as it is. Throws
   * MetricError where a damped block is singular, and for a solver that a block has not.
   */
  solve(gradient: Directions, options?: RfimSolveOptions): Promise<Record<string, Tensor>>;
  /** Frees the programs. */
  close(): Promise<void>;
}

/**
 * ḡ = (1/n) Σ_s g(θ | θ_f^s) of every subsystem of a model on a batch [n, d] (Sun and Nielsen 2017,
 * section 3), by the closed forms of a table of metrics, at the parameters of a store. Programs are
 * compiled when a value is first asked for, and see the parameters as they are then. Throws
 * ShapeError for a batch of another shape, MetricError for a module without a row and without a store.
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
  /** What `f` gives for the columns of each block of which a value is given. */
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
  /** The same where f gives columns: as values by name. */
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
