import { add, mul, type Node, type Update, type Variable } from "@metrigrad/graph";
import { unpacked } from "@metrigrad/metric";
import { checkSettings } from "../core/settings.ts";
import { type ChainStep, mapDirections, valuesOf } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { metricOf } from "../curvature/metricCurvature.ts";

/**
 * u ← u + λ(g + λI)⁻¹μu₀ with the last step u₀: of all steps that fit the batch as well as the damped one, the one next to
 * μu₀, so that what the batch does not determine goes on as before (SPRING: Goldshlager, Abrahamsen and Lin 2024,
 * arXiv 2401.10190, of whose δ − μδ₀ = (g + λI)⁻¹(∇L − gμδ₀) it is another form). Put it behind `precondition`. Parameters
 * with the plain gradient have none. Throws GraphError for μ out of [0, 1).
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
