import type { AnyLaw } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";

/** Throws MetricError unless a law was given. */
export function checkLikelihood(where: string, likelihood: AnyLaw | undefined): void {
  if (typeof likelihood?.parts === "function") return;
  throw new MetricError({
    where,
    must: "likelihood must be the law of the model's output",
    got: String(likelihood),
    todo: "pass { store, likelihood: categorical() }",
  });
}
