import { grad, mul, type Node, slice, sub, type Variable, withMetricScope } from "@metrigrad/graph";
import type { OutputsBlock } from "@metrigrad/metric";
import type { OptimizerContext } from "../core/optimizer.ts";
import {
  columnsOf,
  type Measured,
  type Preconditioned,
  type PreconditionTask,
  packing,
} from "./preconditioned.ts";

/**
 * Preconditions with the metric of the batch that gives the gradient. Where a subsystem's outputs
 * T = X̃W are known the gradient is never formed: with Δ = n ∂L/∂T the solve happens in the space of
 * the n rows, and L2 comes along through X̃V = β(T − 1b').
 */
export function batchMetric(task: PreconditionTask): Preconditioned {
  const { measured, dampingOf, solverOf, settings, step, context } = task;
  // Outputs of a forward pass of their own are not on the way to the loss; a direction that is no
  // gradient does not come from outputs.
  const direct = settings.forward === "train" && step.directions === step.gradients;
  const routes = measured.map((subsystem) => ({ subsystem, rows: rowsOf(subsystem, direct) }));
  const found = routes.flatMap(({ rows }) => rows?.rows.outputs ?? []);
  const deltas = new Map(grad(context.loss, found).map((delta, i) => [found[i] as Node, delta]));
  const decays = penaltyGradients(
    context,
    routes.map(({ subsystem }) => subsystem.params[0] as Variable),
  );
  const blocks = routes.map(({ subsystem, rows }, index) => {
    const { path, params, block } = subsystem;
    const own = packing(subsystem);
    return withMetricScope(path, () => {
      const [damping, solver] = [dampingOf(subsystem), solverOf(subsystem)];
      const fresh = () => block.prepare((_, value) => value, { damping, solver });
      const common = {
        ...own,
        path,
        apply: block.apply,
        damped: (v: Node) => fresh().damped(v),
        solve: (v: Node) => fresh().solve(v),
        lambda: () => fresh().lambda(),
      };
      const outputs = rows?.rows.outputs ?? null;
      if (rows === null || outputs === null) {
        const direction = block.solve(columnsOf(step, own), { damping, solver });
        return { ...common, solver, direction };
      }
      const decay = decays[index] ?? null;
      const along = alongPenalty(context, params[0] as Variable, rows, outputs);
      const rest = decay === null || along === null ? null : { v: decay, along };
      const delta = mul(deltas.get(outputs) as Node, rows.n as number);
      const direction = rows.solveOutputs(delta, rest, { damping, solver });
      const by = solver === "woodbury" ? "woodbury in the space of outputs" : solver;
      return { ...common, solver: by, direction };
    });
  });
  return { blocks, before: [], always: [] };
}

/** The rows through whose outputs the gradient is solved; null where there are none. */
function rowsOf({ block }: Measured, direct: boolean): OutputsBlock | null {
  const rows = "rows" in block ? (block as OutputsBlock) : null;
  return direct && rows !== null && rows.rows.outputs !== null ? rows : null;
}

/** V = ∂penalty/∂θ for every parameter that the penalty covers, null for others. */
function penaltyGradients(
  context: OptimizerContext,
  variables: readonly Variable[],
): (Node | null)[] {
  const { penalty, parameters } = context;
  if (penalty === null) return variables.map(() => null);
  const covered = variables.filter((variable) =>
    parameters.some((parameter) => parameter.variable === variable && parameter.decay !== "none"),
  );
  const found = grad(penalty.value, covered);
  return variables.map((variable) => found[covered.indexOf(variable)] ?? null);
}

/** X̃V for V = βW, or βW without the bias row: βT or β(T − 1b'), at no product; null where V = 0. */
function alongPenalty(
  { penalty, parameters }: OptimizerContext,
  variable: Variable,
  { d, rows }: OutputsBlock,
  outputs: Node,
): Node | null {
  const decay = parameters.find((parameter) => parameter.variable === variable)?.decay ?? "none";
  if (penalty === null || decay === "none") return null;
  if (decay === "all") return mul(outputs, penalty.beta);
  const bias = slice(variable, [[d - 1, d]]);
  return mul(sub(outputs, rows.bias ? bias : matmulLastRow(rows.x, bias)), penalty.beta);
}

/** The share of the last parameter row in T, where its input is a stored column. */
function matmulLastRow(x: Node, row: Node): Node {
  const columns = x.shape[1] as number;
  return mul(slice(x, [null, [columns - 1, columns]]), row);
}
