import type { ResponsePart } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";

/** Throws MetricError for a response whose rows must be centred, because rows of a table cannot do that. */
export function checkNotCentred({ centred = false }: ResponsePart): void {
  if (!centred) return;
  throw new MetricError({
    where: "metric of a wave function",
    must: "rows must be centred, since samples come from the model itself",
    got: "a table, or an estimate, that takes samples one by one",
    todo: "take observedMetrics(), or partition(model, …)",
  });
}
