import { add, grad, mul, type Node, slice, sub, type Variable, withScope } from "@metrigrad/graph";
import type { RowsBlock, Subsystem } from "@metrigrad/metric";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import { asRows } from "./rows.ts";
import type { FullSettings } from "./settings.ts";
import { stepAlong } from "./step.ts";
import { type Direction, solvedTogether } from "./together.ts";

/**
 * Preconditions with the metric of the batch that gives the gradient. Where a subsystem's outputs
 * T = X̃W are known the gradient is never formed: with Δ = n ∂L/∂T the solve happens in the space of
 * the n rows, and L2 comes along through X̃V = β(T − 1b').
 */
export function batchMetricPhases(
  subsystems: readonly Subsystem[],
  context: OptimizerContext,
  settings: FullSettings,
): Phase[] {
  const { relative, absolute } = settings;
  const damping = { relative, absolute };
  const routes = subsystems.map((subsystem) => routeOf(subsystem, settings));
  const variables = subsystems.flatMap(({ params }) => params);
  const sources = routes.map(({ outputs, params }) => (outputs === null ? params : [outputs]));
  const gradients = grad(context.loss, sources.flat());
  const decays = new Map(
    penaltyGradients(context, variables).map((decay, index) => [variables[index], decay]),
  );
  let next = 0;
  const directions = routes.flatMap(({ path, params, rows, outputs }, index): Direction[] => {
    const count = (sources[index] as readonly Node[]).length;
    const own = gradients.slice(next, next + count);
    next += count;
    return withScope(`metric/${path}`, () => {
      if (rows !== null && outputs !== null) {
        const [variable] = params as [Variable];
        const decay = decays.get(variable) ?? null;
        const along = alongPenalty(context, variable, rows, outputs);
        const rest = decay === null || along === null ? null : { v: decay, along };
        const delta = mul(own[0] as Node, rows.n as number);
        return [[variable, rows.solveOutputs(delta, rest, { damping })]];
      }
      const whole = params.map((variable, at) => {
        const decay = decays.get(variable) ?? null;
        return decay === null ? (own[at] as Node) : add(own[at] as Node, decay);
      });
      if (rows === null) return params.map((variable, at) => [variable, whole[at] as Node]);
      return solvedTogether(rows, params, whole, (columns) => rows.solve(columns, { damping }));
    });
  });
  return [{ every: 1, updates: stepAlong(directions, context, settings) }];
}

/** Parameters, and the rows and outputs through which their gradient is solved. */
interface Route {
  readonly path: string;
  readonly params: readonly Variable[];
  readonly rows: RowsBlock | null;
  readonly outputs: Node | null;
}

function routeOf({ path, params, block }: Subsystem, { forward }: FullSettings): Route {
  if (block === null) return { path, params, rows: null, outputs: null };
  const rows = asRows(path, block);
  // Outputs of a forward pass of their own are not on the way to the loss.
  const outputs = forward === "train" ? rows.rows.outputs : null;
  return { path, params, rows, outputs };
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
  { d, rows }: RowsBlock,
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
