import { byEnsemble } from "./byEnsemble.ts";
import { byLaw } from "./byLaw.ts";
import type { Definition } from "./definition.ts";
import type { Response } from "./density.ts";
import { ensembleOf } from "./outcomes.ts";

/**
 * The definition of one response: over all outcomes or by quadrature with scores by finite
 * differences, and where neither is possible J'FJ with the law's own F and J by finite differences.
 */
async function definitionOfOne(response: Response): Promise<Definition> {
  const ensemble = await ensembleOf(response);
  return ensemble === null ? byLaw(response) : byEnsemble(response, ensemble);
}

/** The definition of independent responses: everything adds up. */
export async function definitionOf(responses: readonly Response[]): Promise<Definition> {
  const all: Definition[] = [];
  for (const response of responses) all.push(await definitionOfOne(response));
  const defects = all.flatMap(({ defect }) => (defect === null ? [] : [defect]));
  const rates = all.flatMap(({ divergence }) => (divergence === null ? [] : [divergence]));
  const total = async (delta: Float64Array) => {
    let sum = 0;
    for (const rate of rates) sum += await rate(delta);
    return sum;
  };
  return {
    name: [...new Set(all.map(({ name }) => name))].join(" and "),
    defect: defects.length === 0 ? null : Math.max(...defects),
    fisher: async (directions) => {
      const parts: Float64Array[] = [];
      for (const one of all) parts.push(await one.fisher(directions));
      return parts.reduce((sum, part) => sum.map((value, i) => value + (part[i] as number)));
    },
    divergence: rates.length === all.length ? total : null,
    close: async () => {
      for (const one of all) await one.close();
    },
  };
}
