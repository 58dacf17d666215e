import { add, div, greater, mul, type Node, sub, type Update, where } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { checkKnown } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { type Curvature, checkCurvature } from "../curvature/curvature.ts";
import { gaussNewtonCurvature } from "../curvature/gaussNewtonCurvature.ts";
import { quadraticModel } from "../curvature/quadraticModel.ts";

/**
 * Settings of {@link quadraticStep}.
 *
 * @category Optimizers: natural gradients
 */
export interface QuadraticStepSettings {
  /** The curvature of the quadratic model: {@link gaussNewtonCurvature} by default, or {@link metricCurvature}. */
  readonly curvature?: Curvature;
  /**
   * Whether to minimise over the new direction and the last step, and not over the new direction alone; true by
   * default.
   */
  readonly momentum?: boolean;
  /** Whether the model has the metric's λI too, as in the paper; true by default. */
  readonly damped?: boolean;
}

/** Two directions whose relative difference is below this count as one. */
const parallel = 1e-5;

/**
 * Makes a link of a {@link chain} that finds the length of the step by itself, so that no learning rate is needed: u
 * ← αu + μu₀.
 *
 * u₀ is the last step. α and μ minimise the quadratic model M(−αu − μu₀) of the loss (Martens and Grosse 2015,
 * section 7). The model is that of the batch: its curvature, the exact curvature of the penalty, and λI if `damped`.
 * It reports `alpha` and `mu`.
 *
 * @param settings - The curvature, and what is minimised over.
 * @returns The transform.
 * @throws {@link GraphError} if a setting is unknown or is not what it must be. When a step is built: if the
 *   curvature does not fit, as for a loss without a law.
 * @category Optimizers: natural gradients
 */
export function quadraticStep(settings: QuadraticStepSettings = {}): Transform {
  checkKnown("quadraticStep", settings, ["curvature", "momentum", "damped"]);
  const { curvature = gaussNewtonCurvature, momentum = true, damped = true } = settings;
  checkCurvature("quadraticStep", curvature);
  for (const [name, value] of Object.entries({ momentum, damped })) checkSwitch(name, value);
  return Object.freeze({
    name: "quadraticStep",
    settings: { curvature: curvature.name, momentum, damped },
    transform: (step, context) => {
      const model = quadraticModel("quadraticStep", { curvature, damped }, step, context);
      const own = model(step.directions);
      const bend = own.with(own);
      if (!momentum) {
        const alpha = ratio(own.slope, bend);
        return mapDirections(step, (u) => mul(alpha, u));
      }
      const slots = step.directions.map(([variable]) => context.slot(variable, "previous"));
      const last = model(
        step.directions.map(([variable], index) => [variable, slots[index] as Node] as const),
      );
      const [cross, lastBend] = [own.with(last), last.with(last)];
      const product = mul(bend, lastBend);
      const determinant = sub(product, mul(cross, cross));
      // Both directions count only if they differ. At the first step there is no last one.
      const two = greater(determinant, mul(product, parallel));
      const safe = where(two, determinant, 1);
      const solved = (a: Node, b: Node) => div(sub(a, b), safe);
      const alpha = where(
        two,
        solved(mul(own.slope, lastBend), mul(last.slope, cross)),
        ratio(own.slope, bend),
      );
      const mu = where(two, solved(mul(last.slope, bend), mul(own.slope, cross)), 0);
      const moved = mapDirections(step, (u, _, index) =>
        add(mul(alpha, u), mul(mu, slots[index] as Node)),
      );
      const updates = moved.directions.map(
        ([, u], index): Update => [slots[index] as (typeof slots)[0], u],
      );
      const quantity = (name: string, value: Node) => ({ name, value: () => value, costly: false });
      const quantities = [quantity("alpha", alpha), quantity("mu", mu)];
      return {
        ...moved,
        updates: [...moved.updates, ...updates],
        report: { ...step.report, quantities: [...step.report.quantities, ...quantities] },
      };
    },
  } satisfies Transform);
}

/** Returns a/b, or 0 if b is not positive. */
function ratio(a: Node, b: Node): Node {
  const positive = greater(b, 0);
  return where(positive, div(a, where(positive, b, 1)), 0);
}

function checkSwitch(name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new GraphError({
    where: "quadraticStep",
    must: `${name} must be true or false`,
    got: JSON.stringify(value) ?? String(value),
    todo: "it has no decay of its own: both factors are minimised over",
  });
}
