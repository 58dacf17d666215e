import {
  add,
  div,
  greater,
  mul,
  type Node,
  replaceNodes,
  sqrt,
  stopGradient,
  where,
} from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { gradients } from "./core/gradient.ts";
import { inner } from "./core/inner.ts";
import type { Optimizer, OptimizerContext } from "./core/optimizer.ts";
import { checkKnown, checkOptimizer, checkSettings } from "./core/settings.ts";

/**
 * Settings of {@link sam}.
 *
 * @category Optimizers: combining
 */
export interface SamSettings {
  /** The distance ρ from the parameters at which the gradient is taken; 0.05 by default. */
  readonly radius?: number;
}

/**
 * Makes an optimizer for sharpness-aware minimization: it passes the gradient at θ + ρg/‖g‖ to another optimizer, in
 * place of g at θ.
 *
 * That point is the worst one of a small ball (Foret et al. 2021, arXiv 2010.01412, equation 2 and algorithm 1). A
 * step takes two passes on the same batch, with the same random draws. What the other optimizer sees apart from the
 * gradient, such as the metric of {@link rngd}, is taken at θ.
 *
 * @param optimizer - The optimizer that makes the step. It must not use the loss itself, as a line search does.
 * @param settings - The radius.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range, or if the first argument is not an optimizer.
 *   When a step is built: if the gradients do not come from the batch alone, such as accumulated ones.
 * @category Optimizers: combining
 */
export function sam(optimizer: Optimizer, settings: SamSettings = {}): Optimizer {
  checkOptimizer("sam", optimizer);
  checkKnown("sam", settings, ["radius"]);
  const { radius = 0.05 } = settings;
  checkSettings("sam", { radius }, { radius: [0, Number.MAX_VALUE] });
  return Object.freeze({
    name: "sam",
    settings: { radius, optimizer: { name: optimizer.name, ...optimizer.settings } },
    metric: optimizer.metric ?? null,
    averages: optimizer.averages ?? null,
    update: (context) => optimizer.update({ ...context, gradients: perturbed(context, radius) }),
  } satisfies Optimizer);
}

/** Returns the gradients at θ + ρg/‖g‖, in the order of the parameters. */
function perturbed(context: OptimizerContext, radius: number): Node[] {
  if (context.gradients !== null) throw notOfBatch();
  const own = gradients(context);
  const values = own.map(({ gradient }) => gradient);
  const length = sqrt(inner(values, values));
  const share = where(greater(length, 0), div(radius, length), 0);
  // With a fixed ε, the derivative of the loss at θ + ε by θ is the gradient at that point.
  const there = new Map<Node, Node>(
    own.map(({ variable, gradient }) => [
      variable,
      add(variable, stopGradient(mul(share, gradient))),
    ]),
  );
  const { loss, penalty } = context;
  const [moved, ofPenalty] = replaceNodes(
    penalty === null ? [loss] : [loss, penalty.value],
    there,
  ) as [Node, Node?];
  const elsewhere = {
    ...context,
    loss: moved,
    penalty: penalty && ofPenalty ? { ...penalty, value: ofPenalty } : null,
  };
  return gradients(elsewhere).map(({ gradient }) => gradient);
}

function notOfBatch(): GraphError {
  return new GraphError({
    where: "sam",
    must: "its gradients must be those of the batch",
    got: "those of an optimizer around it",
    todo: "accumulate inside of it: sam(accumulate(4, adam()))",
  });
}
