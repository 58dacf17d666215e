import { add, input, mul, type Node } from "@metrigrad/graph";
import { MetricError, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import type { Block, Solver } from "../blocks/block.ts";
import { checkDamping, floored } from "../blocks/damping.ts";
import { checkOptions } from "../core/arguments.ts";
import { programs } from "./programs.ts";

/**
 * The damping λ = relative · trace + absolute on the diagonal of each matrix.
 *
 * @category Geometry
 */
export interface SolveDamping {
  /** The factor of the full trace of the matrix; 0 by default. */
  readonly relative?: number;
  /** The part of λ that does not depend on the metric; 0 by default. */
  readonly absolute?: number;
}

/**
 * How a block is solved.
 *
 * @category Geometry
 */
export interface BlockSolveOptions extends SolveDamping {
  /** The solver. By default the cost model chooses it; without damping it is "dense". */
  readonly solver?: Solver;
}

/** The largest distance of (g + λI)x from its right side, relative to that side, with which a solution is accepted. */
const slack = { f32: 0.05, f64: 1e-3 } as const;

/** Solves with a block by programs in which the damping is an input. */
export interface BlockSolver {
  /** Returns (g + λI)⁻¹v for v [d, m]. Throws MetricError if g + λI is singular. */
  solve(v: Tensor, options: BlockSolveOptions): Promise<Tensor>;
  close(): Promise<void>;
}

/** Prepares solving with a block on a store. `feeds` are what the block's nodes need. */
export function dampedSolve(
  where: string,
  block: Block,
  store: Store,
  feeds: Readonly<Record<string, Tensor>>,
): BlockSolver {
  const { float } = store;
  const solving = (solver: Solver) => () => {
    const damping = { absolute: shiftInput(block) };
    const x = block.solve(input("metric/v", [block.d, block.m]), { solver, damping, float });
    // This uses the λ that was asked for, so a solution at a larger λ is refused.
    return [x, block.damped(x, { damping })];
  };
  const solvers = new Set<Solver>(["dense", ...block.costs.map(({ solver }) => solver)]);
  const table = programs(
    store,
    feeds,
    Object.fromEntries([...solvers].map((solver) => [solver, solving(solver)])),
  );
  return {
    solve: async (v, options) => {
      checkOptions(where, options, ["relative", "absolute", "solver"]);
      const { relative = 0, absolute = 0, solver: asked } = options;
      if (!Number.isFinite(norm(v))) throw notFinite(where);
      const shift = shiftFeeds(where, { relative, absolute });
      // The inverse in the space of the rows divides by λ.
      const solver = asked ?? (relative === 0 && absolute === 0 ? "dense" : block.cost.solver);
      const [x, back] = (await table.run(solver, { ...shift, "metric/v": v })) as [Tensor, Tensor];
      if (!(norm(back, v) <= slack[float] * norm(v))) {
        const steps = solver === "cg" || solver === "nystrom";
        throw steps ? unconverged(where) : singular(where, relative, absolute);
      }
      return x;
    },
    close: () => table.close(),
  };
}

/** Returns ‖a − b‖, or ‖a‖. */
function norm(a: Tensor, b: Tensor | null = null): number {
  const [x, y] = [a.data(), b?.data()];
  let total = 0;
  for (let i = 0; i < x.length; i++) total += ((x[i] as number) - (y?.[i] ?? 0)) ** 2;
  return Math.sqrt(total);
}

/** Returns λ of every matrix of a block, [matrices], from inputs that `shiftFeeds` gives values. */
export function shiftInput(block: Block): Node {
  const traces = floored(block.trace(), block.size, block.copies?.blocks.length);
  return add(mul(traces, input("metric/relative", [])), input("metric/absolute", []));
}

/** Returns values for `shiftInput`. Throws MetricError for a damping that is negative or not finite. */
export function shiftFeeds(where: string, damping: SolveDamping): Readonly<Record<string, Tensor>> {
  checkDamping(where, damping);
  const { relative = 0, absolute = 0 } = damping;
  return { "metric/relative": tensor(relative), "metric/absolute": tensor(absolute) };
}

/** Makes the error for a block that cannot be inverted. */
export function singular(where: string, relative: number, absolute: number): MetricError {
  return new MetricError({
    where,
    must: "the damped metric must be regular to working precision",
    got: `a singular one with damping relative ${relative}, absolute ${absolute}`,
    todo: "pass more damping, such as { relative: 1e-4 }, or more rows",
  });
}

function notFinite(where: string): MetricError {
  return new MetricError({
    where,
    must: "the vector must be finite",
    got: "NaN or infinity",
    todo: "look for NaN in what it was computed from",
  });
}

function unconverged(where: string): MetricError {
  return new MetricError({
    where,
    must: "conjugate gradients must converge",
    got: "a residual that is too large after the default number of steps",
    todo: "pass more damping, or another solver",
  });
}
