import { GraphError } from "@metrigrad/tensor";
import { checkSettings, withDefaults } from "../core/settings.ts";
import type { WolfeSettings } from "./lineSearch.ts";

const defaults: Required<WolfeSettings> = {
  decrease: 1e-4,
  curvature: 0.9,
  evaluations: 25,
  tolerance: 1e-9,
  rounding: null,
};

/** Returns the settings of a line search with their defaults, checked. Throws GraphError. */
export function fullLineSearch(name: string, given: WolfeSettings): Required<WolfeSettings> {
  const where = `${name}, lineSearch`;
  const full = withDefaults(where, given, defaults);
  const { rounding, ...numbers } = full;
  const below = 1 - Number.EPSILON;
  checkSettings(
    where,
    { ...numbers, rounding: rounding ?? 0 },
    {
      decrease: [Number.MIN_VALUE, below],
      curvature: [numbers.decrease, below],
      evaluations: [1, Number.MAX_SAFE_INTEGER],
      tolerance: [0, Number.MAX_VALUE],
      rounding: [0, Number.MAX_VALUE],
    },
  );
  checkInteger(where, "evaluations", full.evaluations);
  return full;
}

/** Throws GraphError if the value is not a positive integer. */
export function checkInteger(where: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new GraphError({
    where,
    must: `${name} must be a positive integer`,
    got: String(value),
    todo: `pass { ${name}: … } as one`,
  });
}
