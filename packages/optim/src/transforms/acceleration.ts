import {
  add,
  div,
  expandDims,
  grad,
  jvp,
  matmul,
  mul,
  type Node,
  reshape,
  sqrt,
  squeeze,
  stopGradient,
  sub,
  sum,
  transpose,
  type Variable,
} from "@metrigrad/graph";
import { type ObservedPart, observedParts, unpacked } from "@metrigrad/metric";
import { GraphError } from "@metrigrad/tensor";
import type { OptimizerContext } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import type { ChainDirections, ChainStep } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { meanOf } from "../curvature/gaussNewtonCurvature.ts";
import { metricOf } from "../curvature/metricCurvature.ts";

/**
 * Settings of {@link acceleration}.
 *
 * @category Optimizers: natural gradients
 */
export interface AccelerationSettings {
  /**
   * The bound of the bend: a step bends while ½s²|r''| ≤ limit·s|Ju| in the metric of the law. Longer steps are
   * straight.
   *
   * The two sides are the second-order and the first-order change of what is observed. With null, the default, every
   * step bends. A limit of 1 keeps fits of few parameters from leaving for another valley. On differential equations
   * steps without a limit went further.
   */
  readonly limit?: number | null;
}

/**
 * Makes a link of a {@link chain} that bends the step: su becomes su + s²b with b = ½(g + λI)⁻¹J'F r''.
 *
 * r'' is the second derivative of what is observed along u. To second order what is observed then moves on a straight
 * line to where the linear model sends it. This is geodesic acceleration (Transtrum and Sethna 2012, arXiv 1201.5885;
 * for differential equations Jnini and Vella 2025, arXiv 2505.21404). In narrow, curved valleys steps get much
 * longer. It takes some three forward passes and a solve, and the search tries every length bent and straight.
 *
 * Put it behind {@link precondition}, and put a {@link lineSearch} over a grid right behind it, which finds s. A
 * parameter that takes the plain gradient has no bend.
 *
 * @param settings - The bound of the bend.
 * @returns The transform.
 * @throws {@link GraphError} if a setting is unknown or out of range. When a step is built: if no metric is before
 *   it, if no search over a grid is behind it, or if nothing is observed.
 * @category Optimizers: natural gradients
 */
export function acceleration(settings: AccelerationSettings = {}): Transform {
  return accelerationBy(settings, true);
}

/** Makes the same transform. Unless `needed`, a step stays straight if the loss observes nothing. */
export function accelerationBy(settings: AccelerationSettings, needed: boolean): Transform {
  checkKnown("acceleration", settings, ["limit"]);
  const { limit = null } = settings;
  if (limit !== null) checkSettings("acceleration", { limit }, { limit: [0, Number.MAX_VALUE] });
  return Object.freeze({
    name: "acceleration",
    settings: { limit },
    transform: (step, context) => {
      if (!needed && context.observed.length === 0) return step;
      const { pulled, longest } = secondOrder(step.directions, context, limit);
      const directions = metricOf("acceleration", step).flatMap(({ params, pack, solve }) => {
        const solved = solve(pack(params.map((one) => pulled.get(one) as Node)));
        const shapes = params.map(({ shape }) => shape);
        return unpacked(solved, shapes).map(
          (value, at) => [params[at] as Variable, mul(0.5, value)] as const,
        );
      });
      return {
        ...step,
        bend: { of: step.directions, directions, longest },
        last: [...step.last, checkSearched],
      };
    },
  } satisfies Transform);
}

/**
 * Returns J'F r'' of all that is observed, by parameter, and the longest step within the limit; null if there is no
 * limit.
 */
function secondOrder(
  directions: ChainDirections,
  { observed, applications }: OptimizerContext,
  limit: number | null,
): { readonly pulled: ReadonlyMap<Node, Node>; readonly longest: Node | null } {
  if (observed.length === 0) throw nothingObserved();
  const parts = observedParts("acceleration", applications, observed);
  const values = parts.map(({ part }) => part.natural);
  const wrt = directions.map(([variable]): Node => variable);
  const along = directions.map(([, u]) => stopGradient(u));
  const slopes = jvp(values, wrt, along);
  const bends = jvp(slopes, wrt, along);
  const images = parts.map((one, at) => imageOf(one, bends[at] as Node));
  const products = (others: readonly Node[], by: readonly Node[]) =>
    others.map((one, at) => sum(mul(by[at] as Node, one))).reduce((a, b) => add(a, b));
  const gradients = grad(products(values, images.map(stopGradient)), wrt, { unused: "zero" });
  const pulled = new Map(wrt.map((one, at) => [one, gradients[at] as Node]));
  if (limit === null) return { pulled, longest: null };
  const own = parts.map((one, at) => imageOf(one, slopes[at] as Node));
  const [first, second] = [products(slopes, own), products(bends, images)];
  return { pulled, longest: mul(2 * limit, sqrt(div(first, second))) };
}

/** Returns F times a change of what is observed, weighted by samples and by the part's share. */
function imageOf({ part, share }: ObservedPart, change: Node): Node {
  const { law, natural, weights, centred = false } = part;
  const root = transpose(law.fisherRoot(natural));
  const own = centred ? sub(change, meanOf(change, weights)) : change;
  const image = matmul(root, matmul(root, expandDims(own, 2)), { transposeA: true });
  const each = weights === null ? share : mul(reshape(weights, [-1, 1]), share);
  return mul(squeeze(image, 2), each);
}

function checkSearched(step: ChainStep): ChainStep {
  if (step.bend === null) return step;
  throw new GraphError({
    where: "acceleration",
    must: "a line search over a grid must stand behind it",
    got: "a chain without one",
    todo: "put lineSearch() behind it, or leave it out",
  });
}

function nothingObserved(): GraphError {
  return new GraphError({
    where: "acceleration",
    must: "the loss must be of what is observed of the model",
    got: "a loss without a law",
    todo: "train by a likelihood, name the law in the training step (observe), or leave acceleration out",
  });
}
