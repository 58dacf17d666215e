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

/** Settings of sharpness-aware minimization. */
export interface SamSettings {
  /** ρ, how far the gradient is taken from the parameters; 0.05 by default. */
  readonly radius?: number;
}

/**
 * Sharpness-aware minimization: an optimizer that is given the gradient at θ + ρg/‖g‖, the worst point of a small ball, in place of g
 * at θ (Foret et al. 2021, arXiv 2010.01412, eq. 2 and algorithm 1). A step takes two passes on the same batch, with the same draws. What an
 * optimizer is given beside the gradient, such as the metric of `rngd`, is that at θ.
 * @param optimizer - Any optimizer; what goes by the loss itself, such as a line search, is not meant for it.
 * @param settings - `radius`.
 * @returns an optimizer
 * @throws GraphError for settings out of range, and for what is no optimizer; while a step is built for gradients that do not come from the
 *   batch alone, such as accumulated ones
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

/** Gradients at θ + ρg/‖g‖, in the order of the parameters. */
function perturbed(context: OptimizerContext, radius: number): Node[] {
  if (context.gradients !== null) throw notOfBatch();
  const own = gradients(context);
  const values = own.map(({ gradient }) => gradient);
  const length = sqrt(inner(values, values));
  const share = where(greater(length, 0), div(radius, length), 0);
  // ∂/∂θ of the loss at θ + ε with ε fixed is the gradient there.
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
