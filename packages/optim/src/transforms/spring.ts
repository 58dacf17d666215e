import { add, mul, type Node, type Update, type Variable } from "@metrigrad/graph";
import { unpacked } from "@metrigrad/metric";
import { checkSettings } from "../core/settings.ts";
import { type ChainStep, mapDirections, valuesOf } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { metricOf } from "../curvature/metricCurvature.ts";

/**
 * Makes a link of a {@link chain} with momentum in directions that the batch does not determine: u ← u + λ(g +
 * λI)⁻¹μu₀, with the last step u₀.
 *
 * Many steps fit the batch as well as the damped one. This one is the nearest of them to μu₀. The formula is another
 * form of δ − μδ₀ = (g + λI)⁻¹(∇L − gμδ₀) (SPRING: Goldshlager, Abrahamsen and Lin 2024, arXiv 2401.10190). Put it
 * behind {@link precondition}. A parameter that takes the plain gradient has no such momentum.
 *
 * @param mu - The momentum μ, in [0, 1).
 * @returns The transform.
 * @throws {@link GraphError} if μ is not in [0, 1). When a step is built: if no metric is before it in the chain.
 * @category Optimizers: natural gradients
 */
export function spring(mu: number): Transform {
  checkSettings("spring", { momentum: mu }, { momentum: [0, 1 - Number.EPSILON] });
  return Object.freeze({
    name: "spring",
    settings: { momentum: mu },
    transform: (step, { slot }) => {
      const last = new Map<Variable, Variable>();
      const more = new Map<Variable, Node>();
      for (const { params, pack, solve, lambda } of metricOf("spring", step)) {
        for (const one of params) last.set(one, slot(one, "last"));
        const before = pack(params.map((one) => last.get(one) as Variable));
        const carried = solve(mul(mul(before, mu), lambda()));
        const parts = unpacked(
          carried,
          params.map(({ shape }) => shape),
        );
        params.forEach((one, at) => {
          more.set(one, parts[at] as Node);
        });
      }
      const keep = (whole: ChainStep): ChainStep => {
        const params = [...last.keys()];
        const taken = valuesOf(whole.directions, params);
        const kept = params.map(
          (one, at): Update => [last.get(one) as Variable, taken[at] as Node],
        );
        return { ...whole, updates: [...whole.updates, ...kept] };
      };
      const moved = mapDirections(step, (u, variable) => {
        const own = more.get(variable);
        return own === undefined ? u : add(u, own);
      });
      return { ...moved, last: [...step.last, keep] };
    },
  } satisfies Transform);
}
