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

/** Settings of geodesic acceleration. */
export interface AccelerationSettings {
  /**
   * The step bends while the second-order change of what is observed is at most this times that of first order, ½s²|r''| ≤ limit·s|Ju| in
   * the metric of the law; longer ones are straight. Null, the default: it always does. A limit of 1 keeps fits of few parameters from leaving
   * for another valley; on differential equations steps without one went further.
   */
  readonly limit?: number | null;
}

/**
 * Bends the step: su becomes su + s²b with b = ½(g + λI)⁻¹J'F r'', where r'' is the second derivative of what is observed
 * along u. To second order what is observed then goes straight to where the linear model sends it: geodesic
 * acceleration (Transtrum and Sethna 2012, arXiv 1201.5885; for differential equations Jnini and Vella 2025, arXiv 2505.21404).
 * In narrow, curved valleys steps get much longer. Takes some three forward passes and a solve, and the search tries every length bent and straight.
 *
 * Put it behind `precondition`, and right behind it a `lineSearch` over a grid, which finds s. Parameters with the plain gradient
 * have no b.
 * @param settings - What is not given has its default.
 * @returns a transform; a step of it throws GraphError where no metric is before it, no grid is searched behind it, or nothing is observed
 * @throws GraphError for settings out of range
 */
export function acceleration(settings: AccelerationSettings = {}): Transform {
  return accelerationBy(settings, true);
}

/** The same; unless it is needed, steps of a loss of which nothing is observed stay straight. */
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

/** J'F r'' of all that is observed, by parameter, and the longest step within the limit; null where there is none. */
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

/** F of a change of what is observed, by the weights of samples and of the part. */
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
