import { grad, mul, type Node, slice, sub, type Variable, withScope } from "@metrigrad/graph";
import type { MadeOf } from "@metrigrad/metric";
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
 * T = X̃W are known the gradient is never formed: with ∂L/∂T the solve happens in the space of
 * the n rows, and L2 comes along through X̃V = β(T − 1b').
 */
export function batchMetric(task: PreconditionTask): Preconditioned {
  const { measured, dampingOf, solverOf, settings, step, context } = task;
  // Outputs of a forward pass of their own are not on the way to the loss; a direction that is no
  // gradient does not come from outputs.
  const direct = settings.forward === "train" && step.directions === step.gradients;
  const outputsOf = ({ block }: Measured) =>
    direct && block.solveOutputs !== null ? (block.madeOf?.outputs ?? null) : null;
  const found = measured.flatMap((one) => outputsOf(one) ?? []);
  const cotangents = new Map(grad(context.loss, found).map((one, i) => [found[i] as Node, one]));
  const decays = penaltyGradients(
    context,
    measured.map(({ params }) => params[0] as Variable),
  );
  const blocks = measured.map((subsystem, index) => {
    const { path, params, block } = subsystem;
    const own = packing(subsystem);
    return withScope(`metric/${path}`, () => {
      const [damping, solver] = [dampingOf(subsystem), solverOf(subsystem)];
      const solve = block.prepare(null, { damping, solver });
      const outputs = outputsOf(subsystem);
      if (block.solveOutputs === null || block.madeOf === null || outputs === null) {
        const direction = solve.solve(columnsOf(step, own));
        return { ...own, ...solve, path, solver, direction };
      }
      const decay = decays[index] ?? null;
      const along = alongPenalty(context, params[0] as Variable, block.madeOf, outputs);
      const rest = decay === null || along === null ? null : { v: decay, along };
      const cotangent = cotangents.get(outputs) as Node;
      const direction = block.solveOutputs(cotangent, rest, { damping, solver });
      const by = solver === "woodbury" ? "woodbury in the space of outputs" : solver;
      return { ...own, ...solve, path, solver: by, direction };
    });
  });
  return { blocks, before: [], always: [] };
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
  { x, bias: biased }: MadeOf,
  outputs: Node,
): Node | null {
  const decay = parameters.find((parameter) => parameter.variable === variable)?.decay ?? "none";
  if (penalty === null || decay === "none") return null;
  if (decay === "all") return mul(outputs, penalty.beta);
  const d = variable.shape[0] as number;
  const bias = slice(variable, [[d - 1, d]]);
  return mul(sub(outputs, biased ? bias : matmulLastRow(x, bias)), penalty.beta);
}

/** The share of the last parameter row in T, where its input is a stored column. */
function matmulLastRow(x: Node, row: Node): Node {
  const columns = x.shape[1] as number;
  return mul(slice(x, [null, [columns - 1, columns]]), row);
}
